import type { Endpoint } from "#core/access/endpoints.ts";
import type { PharosError } from "#core/errors.ts";
import type { HttpHandler } from "#node/http-service.ts";
import type { Logger } from "#node/log.ts";
import type { Metric } from "#node/prometheus-text.ts";
import { sendText } from "#node/send-text.ts";
import { createApiCaller } from "#server/api/router.ts";
import type { ApiContext } from "#server/api/trpc.ts";
import type { Auth } from "#server/auth/auth.ts";
import { makeBackup } from "#server/backup/make-backup.ts";
import type { Stores } from "#server/compose/make-stores.ts";
import { admitSender } from "#server/http/admit-sender.ts";
import { createHttpServer, type HttpServer } from "#server/http/create-http-server.ts";
import { guardHost } from "#server/http/guard-host.ts";
import { mountApi } from "#server/http/mount-api.ts";
import { mountBackup } from "#server/http/mount-backup.ts";
import { mountConsole } from "#server/http/mount-console.ts";
import { mountJaeger } from "#server/http/mount-jaeger.ts";
import { mountMetrics } from "#server/http/mount-metrics.ts";
import { mountOtlp } from "#server/http/mount-otlp.ts";
import { mountPrometheus, mountRemoteWrite } from "#server/http/mount-prometheus.ts";
import { mountReadiness } from "#server/http/mount-readiness.ts";
import { mountTempo } from "#server/http/mount-tempo.ts";
import type { Routes } from "#server/http/routes.ts";
import { isLoopback } from "#server/listen-address.ts";
import type { MeshHandle } from "#server/mesh/start-mesh.ts";
import { makePrometheus } from "#server/prometheus/make-prometheus.ts";
import type { AlertingView } from "#server/prometheus/rules-answer.ts";
import { requireRoom } from "#server/require-room.ts";
import { setRuntime } from "#server/runtime.ts";
import type { ServerOptions } from "#server/server-options.ts";
import type { Services } from "#server/services/services.ts";
import { otlpIngest } from "#server/telemetry/ingest/otlp-ingest.ts";
import { callsOf } from "#server/telemetry/query/calls-of.ts";
import manifest from "../../package.json" with { type: "json" };

export interface HttpParts {
  /** Where this product lies, with the console that was built. */
  readonly root: string;
  readonly options: Pick<ServerOptions, "dir" | "host" | "port" | "publicUrl" | "console">;
  readonly stores: Stores;
  readonly mesh: MeshHandle;
  readonly services: Services;
  readonly auth: Auth;
  /** What of the server's own is on the page of metrics. */
  readonly ownMetrics: () => Promise<readonly Metric[]>;
  readonly alerting: AlertingView;
  readonly log: Logger;
}

/** The console's port: API, sign-in, OTLP, health, metrics and pages. */
export async function makeHttp({
  root,
  options,
  stores,
  mesh,
  services,
  auth,
  ownMetrics,
  alerting,
  log,
}: HttpParts): Promise<HttpServer> {
  const { dir, host } = options;
  const { db, telemetry, audit, limits } = stores;
  const onRefused: ApiContext["onRefused"] = (procedure, principal, from, reason) =>
    audit.write({
      actor: principal?.name ?? "anonymous",
      action: procedure,
      resource: "",
      outcome: "refused",
      reason,
      from,
    });
  const onError = (error: PharosError, path: string): void =>
    log.error("a request failed", { path, error: error.toString(), stack: error.stack });
  const api = mountApi({
    onError,
    onLimit: (limit, party) => limits.add({ limit, party, count: 1 }),
    createContext: async (request) => {
      auth.checkOrigin(request);
      return {
        services,
        principal: await auth.authenticate(request),
        from: request.socket.remoteAddress ?? "",
        onRefused,
      };
    },
  });
  setRuntime({
    createCaller: async (headers) => {
      const asRequest = { headers: Object.fromEntries(headers), method: "GET", socket: { remoteAddress: "" } };
      return createApiCaller({
        services,
        principal: await auth.authenticate(asRequest as never),
        from: "console",
        onRefused,
      });
    },
  });
  const prometheus = makePrometheus({
    store: telemetry.readers,
    relabel: (metric, key) => telemetry.metrics.labelsFor(metric, key),
    retention: telemetry.retention,
    now: Date.now,
    settledMs: () => telemetry.settledMs(),
    version: manifest.version,
    alerting,
  });
  const handedOver = mountOtlp(otlpIngest(telemetry.ingest, telemetry.samples), admitSender(auth));
  const routes: Routes = {
    "/api/trpc": api,
    "/api/auth": (request, response) => auth.handleHttp(request, response),
    "/api/backup": mountBackup({
      auth,
      audit,
      make: (signal) => makeBackup({ dir, version: manifest.version, telemetry, now: () => new Date() }, signal),
    }),
    ...handedOver,
    "/jaeger": mountJaeger({
      lookup: telemetry.queries.lookup,
      calls: (startMs, endMs) => callsOf(telemetry.queries, { startMs, endMs }),
      auth,
      now: Date.now,
    }),
    "/tempo": mountTempo({ lookup: telemetry.queries.lookup, auth, version: manifest.version, now: Date.now }),
    "/prometheus": mountPrometheus(prometheus, auth),
    "/prometheus/api/v1/write": mountRemoteWrite(telemetry.samples, auth),
    "/healthz": (_, response) => sendText(response, 200, "ok\n"),
    "/readyz": mountReadiness({
      "the mesh thread": () => mesh.memory(),
      "the database": () => db.setting.count(),
      "the data directory's disk": () => requireRoom(dir),
    }),
    "/metrics": mountMetrics(telemetry.metrics, auth, {
      isLoopback: isLoopback(host),
      refused: () => limits.totals,
      own: ownMetrics,
    }),
    ...(options.console ? { "/": await mountConsole(root, host, options.port) } : {}),
  } satisfies Partial<Record<Endpoint, HttpHandler>>;
  const guarded = guardHost(routes, {
    isLoopback: isLoopback(host),
    publicUrl: options.publicUrl,
    onRefused: (request, reason) => auth.noteRefused(request, reason),
  });
  return createHttpServer(host, options.port, guarded, onError, (limit, party) =>
    limits.add({ limit, party, count: 1 }),
  );
}
