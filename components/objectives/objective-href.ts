/** The page on which an objective is followed. */
export function objectiveHref(ref: string): string {
  const [, namespace = "", name = ""] = ref.split("/");
  return `/objectives/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
}
