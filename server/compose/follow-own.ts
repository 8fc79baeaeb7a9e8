import { X509Certificate } from "node:crypto";
import type { Logger } from "#node/log.ts";
import type { Metric } from "#node/prometheus-text.ts";
import type { Config } from "#server/compose/make-config.ts";
import type { IdentityParts } from "#server/compose/make-identity.ts";
import type { Stores } from "#server/compose/make-stores.ts";
import type { MeshHandle } from "#server/mesh/start-mesh.ts";
import { keepOwnMetrics } from "#server/own-metrics/keep-own-metrics.ts";
import type { OwnMetrics } from "#server/own-metrics/own-metrics.ts";
import { listServices } from "#server/services/service-directory.ts";
import { Rounds } from "#server/watch/rounds.ts";

const KEPT_EVERY_MS = 15_000;

export interface FollowOwnParts extends Pick<IdentityParts, "authority"> {
  readonly stores: Pick<Stores, "telemetry">;
  readonly config: Pick<Config, "state">;
  readonly mesh: Pick<MeshHandle, "metrics">;
  readonly others: () => readonly Metric[];
  readonly log: Logger;
}

/** Tells the server's own metrics where they are to be read, and keeps them. */
export function followOwn(
  metrics: OwnMetrics,
  { authority, stores, config, mesh, others, log }: FollowOwnParts,
): { close(): Promise<void> } {
  const { state } = config;
  metrics.follow({
    count: (kind) => state.all(kind).length,
    countServices: () => listServices(state.snapshot()).size,
    rootEndsS: new X509Certificate(authority.root).validToDate.getTime() / 1000,
    mesh: () => mesh.metrics(),
    others,
  });
  return new Rounds(KEPT_EVERY_MS, log, [
    { "its own metrics": () => keepOwnMetrics(() => metrics.read(), stores.telemetry.samples, Date.now) },
  ]);
}
