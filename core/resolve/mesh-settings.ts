import type { ExportedAs, KindDefinition } from "#core/kinds/kind.ts";
import { KINDS, type Kind } from "#core/kinds/kinds.ts";
import { MESH_CONFIG_PLACE } from "#core/kinds/mesh-config/schema.ts";
import { applyMeshConfig } from "#core/mesh-config/apply-mesh-config.ts";
import { DEFAULT_PROXY_SETTINGS, type DefaultExports, type ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import type { MeshSettings, Snapshot } from "#core/registry/snapshot.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { type AnyResource, formatRef, type Resource } from "#core/resource/resource.ts";

/** The one MeshConfig that there is. */
export const MESH_CONFIG_REF = formatRef({ kind: "MeshConfig", ...MESH_CONFIG_PLACE });

/** What all proxies have in common: the MeshConfig wins, field by field, over what the server was started with. */
export function resolveSettings(
  mesh: Pick<MeshSettings, "proxies">,
  config: Resource<"MeshConfig"> | undefined,
): ProxySettings {
  const base = mesh.proxies ?? DEFAULT_PROXY_SETTINGS;
  return config === undefined ? base : applyMeshConfig(base, config.spec);
}

/** The same of a whole configuration. */
export function settingsOf(mesh: Pick<MeshSettings, "proxies">, resources: readonly AnyResource[]): ProxySettings {
  return resolveSettings(mesh, ofKind(resources, "MeshConfig")[0]);
}

/** Fields of the MeshConfig of which the server was told something else at its start. */
export function overruledFields(
  mesh: Pick<MeshSettings, "proxies">,
  { spec }: Resource<"MeshConfig">,
): readonly string[] {
  const { proxies } = mesh;
  if (proxies === undefined) return [];
  const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  return Object.entries(spec).flatMap(([field, value]) => {
    const applied = applyMeshConfig(proxies, { [field]: value });
    const others = (Object.keys(applied) as (keyof ProxySettings)[]).filter(
      (name) => !isSame(applied[name], proxies[name]),
    );
    return others.some((name) => !isSame(proxies[name], DEFAULT_PROXY_SETTINGS[name])) ? [field] : [];
  });
}

/** A snapshot whose resources all say who sees them. */
export function withMeshExports(snapshot: Snapshot): Snapshot {
  const { mesh, resources } = snapshot;
  const seen = withExports(resources, settingsOf(mesh, resources).exportTo);
  return seen === resources ? snapshot : { ...snapshot, resources: seen };
}

const filled = new WeakMap<AnyResource, Map<string, AnyResource>>();

/** The resource as if it said itself who sees it; the same object for the same resource and default. */
function withExportTo<R extends AnyResource>(resource: R, defaults: DefaultExports): R {
  const scope = scopeOf(resource.kind, defaults);
  if (scope === "*") return resource;
  const { exportTo = [] } = resource.spec as { readonly exportTo?: readonly string[] };
  if (exportTo.length > 0) return resource;
  const known = filled.get(resource) ?? new Map<string, AnyResource>();
  filled.set(resource, known);
  const made = known.get(scope) ?? ({ ...resource, spec: { ...resource.spec, exportTo: [scope] } } as AnyResource);
  known.set(scope, made);
  return made as R;
}

const filledLists = new WeakMap<readonly AnyResource[], Map<string, readonly AnyResource[]>>();

/** All of them; the same list for the same list and defaults. */
export function withExports<R extends AnyResource>(resources: readonly R[], defaults: DefaultExports): readonly R[] {
  const { services, virtualServices, destinationRules } = defaults;
  const key = `${services}${virtualServices}${destinationRules}`;
  if (key === "***") return resources;
  const known = filledLists.get(resources) ?? new Map<string, readonly AnyResource[]>();
  filledLists.set(resources, known);
  const made = known.get(key) ?? resources.map((each) => withExportTo(each, defaults));
  known.set(key, made);
  return made as readonly R[];
}

function scopeOf(kind: Kind, defaults: DefaultExports): string {
  const as: ExportedAs | undefined = (KINDS[kind] as KindDefinition).exported;
  return as === undefined ? "*" : defaults[as];
}
