import { joinParts, joinWords } from "#core/kinds/join-words.ts";
import type { MeshConfigSpec } from "#core/kinds/mesh-config/schema.ts";

const NAMED_MAX = 4;
/** What has words of its own. */
const SAID: ReadonlySet<string> = new Set(["outboundTrafficPolicy", "pathNormalization"]);

export function describeMeshConfig(spec: MeshConfigSpec): string {
  const { outboundTrafficPolicy: outbound, pathNormalization: paths } = spec;
  const others = Object.keys(spec).filter((name) => !SAID.has(name));
  const more = others.length - NAMED_MAX;
  const named = more > 0 ? [...others.slice(0, NAMED_MAX), `${more} more`] : others;
  return joinParts([
    outbound?.mode === undefined
      ? ""
      : outbound.mode === "REGISTRY_ONLY"
        ? "Captured calls to what the mesh does not know are refused"
        : outbound.mode === "ALLOW_ANY"
          ? "Captured calls to what the mesh does not know go where the caller says"
          : "Requests to what the mesh does not know go to the host that they name",
    paths?.normalization === undefined ? "" : `paths are normalized as ${paths.normalization}`,
    others.length === 0 ? "" : `sets ${joinWords(named, "and")} for the whole mesh`,
  ]);
}
