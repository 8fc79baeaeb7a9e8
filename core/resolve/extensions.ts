import type { TrafficExtensionSpec, WasmModule } from "#core/kinds/traffic-extension/schema.ts";
import { type PolicedWorkload, standsOver } from "#core/resolve/policies.ts";
import type { PolicyScope } from "#core/resolve/policy-scope.ts";
import { byAge } from "#core/resource/by-age.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

export type { WasmModule };
export type Extending = Resource<"WasmPlugin"> | Resource<"TrafficExtension">;
export type ExtensionPhase = (typeof EXTENSION_PHASES)[number];
/** In the order in which a request meets them. */
export const EXTENSION_PHASES = ["AUTHN", "AUTHZ", "STATS", "UNSPECIFIED"] as const;

/** What a proxy runs in its listeners, as a WasmPlugin or a TrafficExtension says. */
export interface Extension {
  /** `WasmPlugin/default/rules` */
  readonly resource: string;
  readonly path: string;
  /** The filter's: `extensions.istio.io/wasmplugin/default.rules`. */
  readonly name: string;
  /** What it is called to itself: `default.rules`. */
  readonly plugin: string;
  readonly phase: ExtensionPhase;
  readonly priority: number;
  readonly match: NonNullable<TrafficExtensionSpec["match"]>;
  readonly isHttp: boolean;
  readonly code:
    | { readonly kind: "wasm"; readonly module: WasmModule }
    | { readonly kind: "lua"; readonly text: string };
}

/** Those of a workload's proxy, within each phase in Istio's order: by priority, its own namespace's before the root's, the oldest first. */
export function resolveExtensions(
  all: readonly Extending[],
  workload: PolicedWorkload,
  scope: PolicyScope,
): readonly Extension[] {
  const { namespace } = workload;
  return all
    .filter((each) => standsOver(each, workload, scope))
    .map((each) => ({ each, extension: extensionOf(each) }))
    .sort(
      (a, b) =>
        EXTENSION_PHASES.indexOf(a.extension.phase) - EXTENSION_PHASES.indexOf(b.extension.phase) ||
        compare(b.extension.priority, a.extension.priority) ||
        Number(a.each.metadata.namespace !== namespace) - Number(b.each.metadata.namespace !== namespace) ||
        byAge(a.each, b.each),
    )
    .map(({ extension }) => extension);
}

/** Whether it stands where callers' or called sides of a port are. */
export function matchesTraffic({ match }: Extension, side: "CLIENT" | "SERVER", port: number | undefined): boolean {
  if (match.length === 0) return true;
  return match.some(
    ({ mode = "CLIENT_AND_SERVER", ports = [] }) =>
      (mode === side || mode === "CLIENT_AND_SERVER" || mode === "UNDEFINED") &&
      (ports.length === 0 || ports.some(({ number }) => number === port)),
  );
}

const MADE = new WeakMap<object, Extension>();

/** The same object each time. */
function extensionOf(extending: Extending): Extension {
  const known = MADE.get(extending.spec);
  if (known !== undefined) return known;
  const { kind, metadata, spec } = extending;
  const plugin = `${metadata.namespace}.${metadata.name}`;
  const { phase = "UNSPECIFIED", match = [] } = spec;
  const code: Extension["code"] = codeOf(extending);
  const made: Extension = {
    ...{ resource: formatRef(refOf(extending)), path: "spec", plugin, match, code },
    name: `extensions.istio.io/${kind.toLowerCase()}/${plugin}`,
    phase: phase === "UNSPECIFIED_PHASE" ? "UNSPECIFIED" : phase,
    // Whoever says nothing stands behind all that do.
    priority: spec.priority ?? Number.NEGATIVE_INFINITY,
    isHttp: code.kind === "lua" || code.module.type !== "NETWORK",
  };
  MADE.set(spec, made);
  return made;
}

function codeOf({ spec }: Extending): Extension["code"] {
  if ("url" in spec) return { kind: "wasm", module: spec };
  const { wasm, lua } = spec as TrafficExtensionSpec;
  return wasm === undefined ? { kind: "lua", text: lua?.inlineCode ?? "" } : { kind: "wasm", module: wasm };
}

/** Infinities are equal. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
