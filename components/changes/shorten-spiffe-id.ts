/** `default/bookinfo-reviews` of `spiffe://cluster.local/ns/default/sa/bookinfo-reviews`; any other text as it is. */
export function shortenSpiffeId(text: string): string {
  const parts = /^spiffe:\/\/[^/]+\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(text);
  return parts === null ? text : `${parts[1]}/${parts[2]}`;
}
