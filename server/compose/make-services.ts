import { Checker } from "#core/check/check-config.ts";
import { PharosError } from "#core/errors.ts";
import { readTolerances } from "#core/graph/read-tolerances.ts";
import { formatSpiffeId } from "#core/identity/spiffe-id.ts";
import { explainService } from "#core/resolve/explain-service.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import type { Logger } from "#node/log.ts";
import type { Metric } from "#node/prometheus-text.ts";
import type { Auth } from "#server/auth/auth.ts";
import type { Config } from "#server/compose/make-config.ts";
import { makeEffects } from "#server/compose/make-effects.ts";
import type { IdentityParts } from "#server/compose/make-identity.ts";
import type { Keys } from "#server/compose/make-keys.ts";
import type { LimitOwner } from "#server/compose/make-leases.ts";
import type { MeshPort } from "#server/compose/make-mesh-port.ts";
import type { Stores } from "#server/compose/make-stores.ts";
import type { Taps } from "#server/compose/make-taps.ts";
import type { Watch } from "#server/compose/make-watch.ts";
import type { CredentialBook } from "#server/credentials/credential-book.ts";
import { dialable } from "#server/listen-address.ts";
import { PreviewThread } from "#server/preview/preview-thread.ts";
import type { Registry } from "#server/registry/registry.ts";
import { requireRoom } from "#server/require-room.ts";
import type { ServerOptions } from "#server/server-options.ts";
import { createAlertService } from "#server/services/alert-service.ts";
import { CheckCache } from "#server/services/check-cache.ts";
import { createServices } from "#server/services/create-services.ts";
import { credentialFindings } from "#server/services/credential-findings.ts";
import { describeCredentials } from "#server/services/describe-credentials.ts";
import { listLimitRules } from "#server/services/describe-limits.ts";
import { describeSentHeaders } from "#server/services/describe-sent-headers.ts";
import { fileFindings } from "#server/services/file-findings.ts";
import { createHealthService } from "#server/services/health-service.ts";
import { LimitCounters } from "#server/services/limit-counters.ts";
import { liveEnds } from "#server/services/live-ends.ts";
import { createObjectiveService } from "#server/services/objective-service.ts";
import { perSnapshot } from "#server/services/per-snapshot.ts";
import { QuotaGauges } from "#server/services/quota-gauges.ts";
import { recent } from "#server/services/recent.ts";
import type { Services } from "#server/services/services.ts";
import { MetricExport } from "#server/telemetry/query/metric-export.ts";

export interface ServicesParts extends IdentityParts {
  readonly options: Pick<ServerOptions, "dir" | "host" | "trustDomain" | "demoSignIn">;
  readonly stores: Stores;
  readonly config: Config;
  readonly registry: Registry;
  readonly port: MeshPort;
  readonly auth: Auth;
  readonly keys: Keys;
  readonly credentials: CredentialBook;
  readonly limits: LimitOwner;
  readonly taps: Taps;
  readonly watch: Watch;
  readonly log: Logger;
}

/** What the API serves, and the thread in which changes are tried. */
export function makeServices(parts: ServicesParts): {
  readonly services: Services;
  /** Of what is used of Quotas, and of what rules of limits said, for Prometheus. */
  readonly gauges: () => readonly Metric[];
  close(): Promise<void>;
} {
  const { options, registry, port, auth, authority, identities, revocations } = parts;
  const { audit, limits, telemetry, retention } = parts.stores;
  const { store, state, publisher, notify } = parts.config;
  const { mesh } = port;
  const checks = new CheckCache(state, new Checker());
  const inputs = { snapshot: () => publisher.world(), nodes: () => mesh.nodes() };
  const previews = new PreviewThread(inputs);
  const applies = new PreviewThread({ ...inputs, name: "apply" });
  publisher.onCompile((change) => previews.follow(change));
  telemetry.queries.believeBy((end) => liveEnds(state.snapshot()).has(end));
  const read = perSnapshot(readTolerances);
  const tolerances = () => read(state.snapshot());
  telemetry.queries.judgeBy(tolerances);
  const exported = new MetricExport(() => state.snapshot());
  telemetry.metrics.exportBy((key) => exported.rulesFor(key));
  const filesFound = fileFindings(
    () => state.snapshot(),
    () => registry.fileProblems(),
  );
  const credentialsFound = credentialFindings(
    () => state.snapshot(),
    () => parts.credentials.facts(),
  );
  const sentIn = (saying: readonly AnyResource[], all: readonly AnyResource[]) =>
    describeSentHeaders(saying, all, state.snapshot().mesh, parts.taps.redaction.redact());
  const headersSent = () => sentIn(state.snapshot().resources, state.snapshot().resources);
  const explain = (name: string) => explainService(state.snapshot(), name);
  const measured = makeEffects(parts.config, parts.stores, explain, parts.log);
  const storage = recent(() => telemetry.storage(), { freshMs: 5000, staleMs: 60_000, patienceMs: 2000 });
  const services = createServices({
    effects: measured.effects,
    alerts: createAlertService({ ...parts.watch.alerts, state }),
    objectives: createObjectiveService({ watch: parts.watch.objectives, telemetry: telemetry.queries, state }),
    health: createHealthService({ store: parts.watch.health, tolerances }),
    store,
    mesh,
    telemetry: telemetry.queries,
    storage: async () => ({ ...(await storage()), retention: retention.describe() }),
    setRetention: (given) => retention.set(given),
    taps: parts.taps,
    state,
    identities,
    revocations,
    notify,
    dropInstances: (isMeant) =>
      registry.dropOf((account) => isMeant(formatSpiffeId({ trustDomain: options.trustDomain, ...account }))),
    authority,
    credentials: parts.credentials,
    limits: parts.limits,
    audit,
    auth,
    checks,
    explain,
    publisher,
    keys: parts.keys,
    files: {
      findings: () => [...filesFound(), ...credentialsFound(), ...headersSent()],
      ofUnsaved(upserts) {
        const { resources, instances } = state.snapshot();
        return [
          ...describeCredentials(upserts, instances, parts.credentials.facts(), Date.now(), resources),
          ...sentIn(upserts, [...resources, ...upserts]),
        ];
      },
    },
    previews,
    applies,
    xdsAddress: `${dialable(options.host)}:${mesh.port}`,
    demoSignIn: options.demoSignIn,
    isDiskFull: () =>
      requireRoom(options.dir).then(
        () => false,
        (error: unknown) => PharosError.from(error).code === "exhausted",
      ),
    refused: () => limits.list(),
    clockAheadMs: (instance) => registry.clockAheadMs(instance),
    problems: (instance) => registry.problems(instance),
    settingsNotes: (instance) => registry.settingsNotes(instance),
    findInstance: (instance) => registry.registered(instance),
  });
  const quotas = new QuotaGauges(parts.limits.leases);
  const limitRules = perSnapshot(({ resources }) => listLimitRules(resources));
  const limited = new LimitCounters(() => limitRules(state.snapshot()));
  telemetry.onWindow((window) => limited.add(window));
  return {
    services,
    gauges: () => [...quotas.metrics(), ...limited.metrics()],
    close: async () => void (await Promise.all([previews.close(), applies.close(), measured.close()])),
  };
}
