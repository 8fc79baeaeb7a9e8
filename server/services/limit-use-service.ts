import { chartStepMs } from "#server/services/catalog-service.ts";
import type { Mesh, Telemetry } from "#server/services/dependencies.ts";
import { describeLimits } from "#server/services/describe-limits.ts";
import type { MeshState } from "#server/services/mesh-state.ts";
import type { Services } from "#server/services/services.ts";

export interface LimitUseServiceOptions {
  readonly state: Pick<MeshState, "snapshot">;
  readonly mesh: Pick<Mesh, "proxies">;
  readonly telemetry: Pick<Telemetry, "slots">;
}

/** Limits beside what was counted of them. */
export function createLimitUseService({ state, mesh, telemetry }: LimitUseServiceOptions): Services["limitUse"] {
  return {
    async get(seconds) {
      const now = Date.now();
      const range = { startMs: now - seconds * 1000, endMs: now, stepMs: chartStepMs(seconds) };
      const [counted, proxies] = await Promise.all([
        telemetry.slots({ ...range, isMeant: ({ reporter, protocol }) => reporter !== "mirror" && protocol !== "tcp" }),
        mesh.proxies(),
      ]);
      const gateways = new Set(
        proxies.filter(({ type }) => type === "router").map(({ namespace, name }) => `${namespace}/${name}`),
      );
      return describeLimits({
        ...range,
        ...counted,
        snapshot: state.snapshot(),
        isGateway: (instance) => gateways.has(instance),
      });
    },
  };
}
