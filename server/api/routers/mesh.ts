import { z } from "zod";
import { drawnGraphQuery, graphQuery, seconds, seriesQuery } from "#server/api/inputs.ts";
import { procedure, router } from "#server/api/trpc.ts";

const xdsType = z.enum(["CDS", "EDS", "LDS", "RDS", "VHDS", "SDS"]);

export const overviewRouter = router({
  get: procedure.input(z.object({ seconds })).query(({ ctx, input }) => ctx.services.overview.get(input.seconds)),
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
    .input(z.object({ seconds }))
    .query(({ ctx, input }) => ctx.services.topology.plaintext(input.seconds)),
  series: procedure.input(seriesQuery).query(({ ctx, input }) => ctx.services.topology.series(input)),
});

export const servicesRouter = router({
  list: procedure.input(z.object({ seconds })).query(({ ctx, input }) => ctx.services.catalog.services(input.seconds)),
  get: procedure
    .input(z.object({ host: z.string().min(1).max(253), seconds }))
    .query(({ ctx, input }) => ctx.services.catalog.service(input.host, input.seconds)),
  names: procedure.query(({ ctx }) => ctx.services.catalog.names()),
  /** What already stands over the workloads that a policy is meant for. */
  policed: procedure
    .input(
      z.object({
        namespace: z.string().max(63),
        labels: z.record(z.string().max(317), z.string().max(63)),
        /** Ref of the policy itself, which is left out. */
        except: z.string().max(600).nullable(),
      }),
    )
    .query(({ ctx, input }) => ctx.services.catalog.policed(input)),
});

export const tracesRouter = router({
  search: procedure
    .input(
      z.object({
        service: z.string().max(253).optional(),
        operation: z.string().max(500).optional(),
        minDurationMs: z.number().nonnegative().optional(),
        maxDurationMs: z.number().positive().optional(),
        errorsOnly: z.boolean().optional(),
        tags: z.record(z.string().min(1).max(256), z.string().max(500)).optional(),
        seconds: z.number().int().min(10).max(604_800).default(3600),
        limit: z.number().int().min(1).max(500).default(50),
      }),
    )
    .query(({ ctx, input }) => ctx.services.traces.search(input)),
  get: procedure
    .input(z.object({ traceId: z.string().regex(/^[0-9a-f]{16,32}$/, "is 16 to 32 hex digits") }))
    .query(({ ctx, input }) => ctx.services.traces.get(input.traceId)),
});

export const requestsRouter = router({
  list: procedure
    .input(
      z.object({
        service: z.string().max(253).optional(),
        source: z.string().max(253).optional(),
        code: z.string().max(3).optional(),
        method: z.string().max(20).optional(),
        path: z.string().max(2000).optional(),
        deniedOnly: z.boolean().optional(),
        seconds,
        limit: z.number().int().min(1).max(1000).default(100),
      }),
    )
    .query(({ ctx, input }) => ctx.services.requests.list(input)),
  totals: procedure
    .input(
      z.object({
        reporter: z.enum(["source", "destination"]),
        workload: z.string().max(253).optional(),
        service: z.string().max(253).optional(),
        startMs: z.number().int().nonnegative(),
        endMs: z.number().int().positive(),
      }),
    )
    .query(({ ctx, input }) => ctx.services.requests.totals(input)),
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
