import { joinParts, joinWords } from "#core/kinds/join-words.ts";
import type { ServiceEntrySpec } from "#core/kinds/service-entry/schema.ts";

export function describeServiceEntry({ location, ports = [] }: ServiceEntrySpec): string {
  const where = location === "MESH_INTERNAL" ? "A service of the mesh" : "A service outside the mesh";
  const named = ports.map(({ number, protocol }) => `${protocol ?? "TCP"} ${number}`);
  return joinParts([where, joinWords(named, "and")]);
}
