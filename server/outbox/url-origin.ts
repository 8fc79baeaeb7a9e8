/** Of a URL what names the host: the rest may be a secret. */
export function urlOrigin(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}
