import { KINDS, type Kind } from "#core/kinds/kinds.ts";

/** The page on which a resource of a kind is begun. */
export function newHref(kind: Kind): string {
  return `/${KINDS[kind].area}/new?kind=${kind}`;
}
