import { hasErrors } from "#core/diagnostic.ts";
import { PharosError } from "#core/errors.ts";
import type { SnapshotChange } from "#core/registry/snapshot.ts";
import { locatePath } from "#core/resource/locate-path.ts";
import { parsePath } from "#core/schema/path.ts";
import type { Outcomes } from "#core/simulate/outcome.ts";
import type { ProxyStatus } from "#core/view/mesh.ts";
import type { OriginView, OutcomesView, SimulationView } from "#core/view/simulation.ts";
import type { Origin } from "#core/xds/layer.ts";
import type { ConfigStore, Plan } from "#server/config/store.ts";
import type { PreviewThread } from "#server/preview/preview-thread.ts";
import type { Mesh } from "#server/services/dependencies.ts";
import { findCaller } from "#server/services/find-caller.ts";
import type { MeshState } from "#server/services/mesh-state.ts";
import type { Services } from "#server/services/services.ts";

export interface SimulateServiceOptions {
  readonly store: Pick<ConfigStore, "get" | "plan">;
  readonly mesh: Pick<Mesh, "proxies">;
  readonly state: MeshState;
  readonly previews: Pick<PreviewThread, "read" | "simulate">;
}

/** Objects whose texts are looked into for lines. */
const LOCATED_MAX = 100;

/** What would come of a request; worked out in the thread of previews, bounded as they are. */
export function createSimulateService({ store, mesh, state, previews }: SimulateServiceOptions): Services["simulate"] {
  return {
    async request({ from, changes, ...question }, asker): Promise<SimulationView> {
      const proxies = await mesh.proxies();
      const caller = findCaller(proxies, from);
      const plan = changes === undefined ? undefined : await store.plan(await previews.read(changes, asker));
      const isRefused = plan !== undefined && hasErrors(plan.diagnostics);
      const change = plan === undefined || isRefused ? null : toChange(plan, state.revision + 1);
      const { now, changed } = await previews.simulate({ ...question, from: caller.id }, change, asker);
      const written = new Map(
        (plan?.changed ?? []).flatMap(({ ref, after }) => (after === undefined ? [] : [[ref, after]])),
      );
      return {
        from: { id: caller.id, name: caller.name, namespace: caller.namespace, workload: caller.workload },
        now: await tellOutcomes(now, proxies, (ref) => textOf(store, ref)),
        changed:
          changed === null
            ? null
            : await tellOutcomes(changed, proxies, async (ref) => written.get(ref) ?? textOf(store, ref)),
        diagnostics: plan?.diagnostics ?? [],
      };
    },
  };
}

function toChange({ upserts, deletes }: Plan, revision: number): SnapshotChange {
  return { revision, upserts, deletes, instanceUpserts: [], instanceDeletes: [] };
}

/** Undefined for what nobody wrote: the server adds resources of its own. */
async function textOf(store: SimulateServiceOptions["store"], ref: string): Promise<string | undefined> {
  try {
    return (await store.get(ref)).text;
  } catch (error) {
    if (PharosError.from(error).code === "not-found") return undefined;
    throw error;
  }
}

async function tellOutcomes(
  { outcomes, leftOut }: Outcomes,
  proxies: readonly ProxyStatus[],
  read: (ref: string) => Promise<string | undefined>,
): Promise<OutcomesView> {
  const byId = new Map(proxies.map((proxy) => [proxy.id, proxy]));
  const refs = new Set(
    outcomes.flatMap(({ hops }) =>
      hops.flatMap(({ steps }) => steps.flatMap(({ origins }) => origins.map(({ resource }) => resource))),
    ),
  );
  const texts = new Map<string, string>();
  for (const ref of [...refs].slice(0, LOCATED_MAX)) {
    const text = await read(ref);
    if (text !== undefined) texts.set(ref, text);
  }
  const lines = new Map<string, OriginView>();
  const locate = (origin: Origin): OriginView => {
    const key = `${origin.resource} ${origin.path ?? ""}`;
    const known = lines.get(key);
    if (known !== undefined) return known;
    const text = texts.get(origin.resource);
    const path = origin.path === undefined ? undefined : parsePath(origin.path);
    const line = text === undefined || path === undefined ? undefined : locatePath(text, path)?.line;
    const made = line === undefined ? origin : { ...origin, line };
    lines.set(key, made);
    return made;
  };
  return {
    leftOut,
    outcomes: outcomes.map(({ hops, ...outcome }) => ({
      ...outcome,
      hops: hops.map(({ proxy, side, steps }) => ({
        proxy,
        side,
        name: byId.get(proxy)?.name ?? proxy,
        namespace: byId.get(proxy)?.namespace ?? "",
        steps: steps.map((step) => ({ ...step, origins: step.origins.map(locate) })),
      })),
    })),
  };
}
