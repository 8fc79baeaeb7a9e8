/** As it is called: without what proxies or people would read otherwise. */
export function checkReceiverUrl(text: string): string | undefined {
  const url = /[\s\0]/.test(text) || !URL.canParse(text) ? undefined : new URL(text);
  if (url?.protocol !== "https:" && url?.protocol !== "http:")
    return "is not a URL that begins with https:// or http://";
  if (url.username !== "" || url.password !== "")
    return "has a name or password in it, which everybody who reads it would have";
  return url.hash === "" ? undefined : "has a fragment, which is sent to nobody";
}
