/** The address of the page in a request for it or for a part of it: without what Next's own requests add. */
export function pageAddress(requested: string | null): string {
  if (requested === null) return "/";
  const [path = "/", query = ""] = requested.split(/\?(.*)/s);
  const params = new URLSearchParams(query);
  params.delete("_rsc");
  return params.size === 0 ? path : `${path}?${params.toString()}`;
}
