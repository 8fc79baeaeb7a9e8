import { hasErrors } from "#core/diagnostic.ts";
import { PharosError } from "#core/errors.ts";
import { parsePath } from "#core/schema/path.ts";
import type { Outcomes } from "#core/simulate/outcome.ts";
import type { ProxyStatus } from "#core/view/mesh.ts";
import type { OriginView, OutcomesView, SimulationView } from "#core/view/simulation.ts";
import type { Origin } from "#core/xds/layer.ts";
import { changeOfPlan } from "#server/config/change-of-plan.ts";
import type { ConfigStore } from "#server/config/store.ts";
import type { PreviewThread } from "#server/preview/preview-thread.ts";
import type { Located } from "#server/preview/protocol.ts";
import type { Mesh } from "#server/services/dependencies.ts";
import { findCaller } from "#server/services/find-caller.ts";
import type { MeshState } from "#server/services/mesh-state.ts";
import type { Services } from "#server/services/services.ts";

export interface SimulateServiceOptions {
  readonly store: Pick<ConfigStore, "get" | "plan">;
  readonly mesh: Pick<Mesh, "proxies">;
  readonly state: MeshState;
  readonly previews: Pick<PreviewThread, "read" | "simulate" | "locate">;
}

/** Objects whose texts are looked into for lines, the characters of these in sum, and the places looked for. */
const TEXTS_MAX = 100;
const CHARACTERS_MAX = 1_000_000;
const PLACES_MAX = 2000;

/** What would come of a request; worked out in the thread of previews, bounded as they are. */
export function createSimulateService({ store, mesh, state, previews }: SimulateServiceOptions): Services["simulate"] {
  return {
    async request({ from, changes, ...question }, asker): Promise<SimulationView> {
      const locate: Locate = (texts) => previews.locate(texts, asker);
      const proxies = await mesh.proxies();
      const caller = findCaller(proxies, from);
      const plan =
        changes === undefined ? undefined : await store.plan(await previews.read(changes, asker, "simulation"));
      const isRefused = plan !== undefined && hasErrors(plan.diagnostics);
      const change = plan === undefined || isRefused ? null : changeOfPlan(plan, state.revision + 1);
      const { now, changed } = await previews.simulate({ ...question, from: caller.id }, change, asker);
      const written = new Map(
        (plan?.changed ?? []).flatMap(({ ref, after }) => (after === undefined ? [] : [[ref, after]])),
      );
      return {
        from: { id: caller.id, name: caller.name, namespace: caller.namespace, workload: caller.workload },
        now: await tellOutcomes(now, proxies, (ref) => textOf(store, ref), locate),
        changed:
          changed === null
            ? null
            : await tellOutcomes(changed, proxies, async (ref) => written.get(ref) ?? textOf(store, ref), locate),
        diagnostics: plan?.diagnostics ?? [],
      };
    },
  };
}

type Locate = (texts: readonly Located[]) => Promise<readonly (readonly (number | null)[])[]>;

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
  locate: Locate,
): Promise<OutcomesView> {
  const byId = new Map(proxies.map((proxy) => [proxy.id, proxy]));
  const lines = await findLines(
    outcomes.flatMap(({ hops }) => hops.flatMap(({ steps }) => steps.flatMap(({ origins }) => origins))),
    read,
    locate,
  );
  const tell = (origin: Origin): OriginView => {
    const line = lines.get(keyOf(origin));
    return line === undefined ? origin : { ...origin, line };
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
        steps: steps.map((step) => ({ ...step, origins: step.origins.map(tell) })),
      })),
    })),
  };
}

function keyOf({ resource, path }: Origin): string {
  return `${resource} ${path ?? ""}`;
}

/** Lines by `keyOf`, of as many as the limits allow: the rest is told without. */
async function findLines(
  origins: readonly Origin[],
  read: (ref: string) => Promise<string | undefined>,
  locate: Locate,
): Promise<ReadonlyMap<string, number>> {
  const distinct = [...new Map(origins.map((origin) => [keyOf(origin), origin])).values()].slice(0, PLACES_MAX);
  const asked: (Located & { readonly keys: readonly string[] })[] = [];
  let length = 0;
  for (const [ref, group] of [...Map.groupBy(distinct, ({ resource }) => resource)].slice(0, TEXTS_MAX)) {
    const text = await read(ref);
    if (text === undefined || length + text.length > CHARACTERS_MAX) continue;
    length += text.length;
    const known = group.flatMap((origin) => {
      const path = origin.path === undefined ? undefined : parsePath(origin.path);
      return path === undefined ? [] : [{ key: keyOf(origin), path }];
    });
    if (known.length > 0) asked.push({ text, paths: known.map(({ path }) => path), keys: known.map(({ key }) => key) });
  }
  const found =
    asked.length === 0
      ? []
      : await locate(asked.map(({ text, paths }) => ({ text, paths }))).catch((error: unknown) => {
          // What comes of the request is known; lines only help to read it.
          const { code } = PharosError.from(error);
          if (code === "timeout" || code === "exhausted") return [];
          throw error;
        });
  return new Map(
    asked.flatMap(({ keys }, index) =>
      keys.flatMap((key, at) => {
        const line = found[index]?.[at];
        return typeof line === "number" ? [[key, line] as const] : [];
      }),
    ),
  );
}
