import { z } from "zod";
import { logQuery } from "#core/telemetry/log-query.ts";
import { rangeSeconds } from "#core/telemetry/range-seconds.ts";
import { requestQuery } from "#core/telemetry/request-query.ts";
import { explainInput, requestAsk, requestSearchInput, shapesInput } from "#core/telemetry/request-search.ts";
import { tapInput } from "#core/telemetry/tap.ts";
import { traceQuery } from "#core/telemetry/trace-query.ts";
import { PUSH_ORDER } from "#core/xds/type-urls.ts";
import { callerOf, procedure, router } from "#server/api/trpc.ts";
import { drawnGraphQuery, graphQuery, policedQuestion, seriesQuery, totalsQuery } from "#server/services/inputs.ts";

const xdsType = z.enum(PUSH_ORDER);

export const overviewRouter = router({
  get: procedure
    .input(z.object({ seconds: rangeSeconds }))
    .query(({ ctx, input }) => ctx.services.overview.get(input.seconds)),
});

export const topologyRouter = router({
  graph: procedure.input(graphQuery).query(({ ctx, input }) => ctx.services.topology.graph(input)),
  /** The graph as the console draws it: what is in closed namespaces is summed. */
  drawn: procedure.input(drawnGraphQuery).query(({ ctx, input }) => ctx.services.topology.drawn(input)),
  /** The same anew every two seconds, as server-sent events. */
  live: procedure.input(drawnGraphQuery).subscription(async function* ({ ctx, input, signal }) {
    yield* ctx.services.topology.live(input, signal ?? new AbortController().signal);
  }),
  plaintext: procedure
    .input(z.object({ seconds: rangeSeconds }))
    .query(({ ctx, input }) => ctx.services.topology.plaintext(input.seconds)),
  egress: procedure
    .input(z.object({ seconds: rangeSeconds }))
    .query(({ ctx, input }) => ctx.services.topology.egress(input.seconds)),
  series: procedure.input(seriesQuery).query(({ ctx, input }) => ctx.services.topology.series(input)),
});

export const servicesRouter = router({
  list: procedure
    .input(z.object({ seconds: rangeSeconds }))
    .query(({ ctx, input }) => ctx.services.catalog.services(input.seconds)),
  get: procedure
    .input(z.object({ host: z.string().min(1).max(253), seconds: rangeSeconds }))
    .query(({ ctx, input }) => ctx.services.catalog.service(input.host, input.seconds)),
  names: procedure.query(({ ctx }) => ctx.services.catalog.names()),
  /** What already stands over the workloads that a policy is meant for. */
  policed: procedure.input(policedQuestion).query(({ ctx, input }) => ctx.services.catalog.policed(input)),
});

const oneTrace = z.object({ traceId: z.string().regex(/^[0-9a-f]{16,32}$/, "is 16 to 32 hex digits") });

export const tracesRouter = router({
  search: procedure.input(traceQuery).query(({ ctx, input }) => ctx.services.traces.search(input)),
  get: procedure.input(oneTrace).query(({ ctx, input }) => ctx.services.traces.get(input.traceId)),
  similar: procedure.input(oneTrace).query(({ ctx, input }) => ctx.services.traces.similar(input.traceId)),
  /** Names and values to write queries with. */
  attributes: procedure.query(({ ctx }) => ctx.services.traces.attributes()),
  values: procedure
    .input(z.object({ field: z.string().min(1).max(300) }))
    .query(({ ctx, input }) => ctx.services.traces.values(input.field)),
});

export const logsRouter = router({
  list: procedure.input(logQuery).query(({ ctx, input }) => ctx.services.logs.list(input)),
});

export const requestsRouter = router({
  list: procedure.input(requestQuery).query(({ ctx, input }) => ctx.services.requests.list(input)),
  search: procedure.input(requestSearchInput).query(({ ctx, input }) => ctx.services.requests.search(input)),
  summary: procedure.input(requestAsk).query(({ ctx, input }) => ctx.services.requests.summary(input)),
  differs: procedure.input(requestAsk).query(({ ctx, input }) => ctx.services.requests.differs(input)),
  get: procedure
    .input(z.object({ id: z.string().min(1).max(100) }))
    .query(({ ctx, input }) => ctx.services.requests.get(input.id)),
  explain: procedure.input(explainInput).query(({ ctx, input }) => ctx.services.requests.explain(input)),
  /** As they happen, as server-sent events. */
  tap: procedure.input(tapInput).subscription(async function* ({ ctx, input, signal }) {
    yield* ctx.services.requests.tap(input, false, callerOf(ctx), signal ?? new AbortController().signal);
  }),
  /** The same with their headers: another permission. */
  tapHeaders: procedure.input(tapInput).subscription(async function* ({ ctx, input, signal }) {
    yield* ctx.services.requests.tap(input, true, callerOf(ctx), signal ?? new AbortController().signal);
  }),
  shapes: procedure.input(shapesInput).query(({ ctx, input }) => ctx.services.requests.shapes(input)),
  totals: procedure.input(totalsQuery).query(({ ctx, input }) => ctx.services.requests.totals(input)),
});

export const proxiesRouter = router({
  list: procedure.query(({ ctx }) => ctx.services.proxies.list()),
  get: procedure
    .input(z.object({ id: z.string().max(500) }))
    .query(({ ctx, input }) => ctx.services.proxies.get(input.id)),
  config: procedure
    .input(z.object({ id: z.string().max(500), type: xdsType }))
    .query(({ ctx, input }) => ctx.services.proxies.config(input.id, input.type)),
});
