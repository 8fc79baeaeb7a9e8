import type { ConfigPatch, EnvoyFilterSpec } from "#core/kinds/envoy-filter/schema.ts";
import { joinParts, joinWords } from "#core/kinds/join-words.ts";
import type { Written } from "#core/kinds/kind.ts";

const SIDES = {
  ANY: "",
  SIDECAR_INBOUND: " as the called",
  SIDECAR_OUTBOUND: " as callers",
  GATEWAY: " as gateways",
} as const;

export function describeEnvoyFilter({ metadata, spec }: Written<EnvoyFilterSpec>, rootNamespace: string): string {
  const { configPatches = [], workloadSelector } = spec;
  if (configPatches.length === 0) return "";
  const labels = Object.entries(workloadSelector?.labels ?? {}).map(([key, value]) => `${key}=${value}`);
  const isRoot = metadata.namespace === rootNamespace;
  const whose = isRoot ? "every workload of the mesh" : `every workload in ${metadata.namespace}`;
  const on = labels.length === 0 ? whose : `workloads with ${joinWords(labels, "and")}`;
  return `Patches what Envoy is given of ${on}: ${describePatches(spec)}`;
}

/** The same without whom they are for. */
export function describePatches({ configPatches = [] }: EnvoyFilterSpec): string {
  return joinParts(configPatches.map(describePatch));
}

function describePatch({ applyTo, match, patch: { operation, value } }: ConfigPatch): string {
  const what = typeof value?.name === "string" ? ` ${value.name}` : "";
  return `${operation} ${applyTo}${what}${SIDES[match?.context ?? "ANY"]}`;
}
