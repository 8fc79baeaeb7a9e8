import { isKind, KINDS } from "#core/kinds/kinds.ts";

/** The page on which a resource is read and edited. */
export function resourceHref(ref: string): string {
  const [kind = "", namespace = "", name = ""] = ref.split("/");
  return `/${isKind(kind) ? KINDS[kind].area : "traffic"}/${encodeURIComponent(kind)}/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
}
