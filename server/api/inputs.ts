import { z } from "zod";

/** Seconds back from now: one minute to a week. */
export const seconds = z.number().int().min(10).max(604_800).default(300);
export const refText = z
  .string()
  .regex(/^[A-Za-z]+\/[a-z0-9-]+\/[a-z0-9.-]+$/, "is KIND/NAMESPACE/NAME, e.g. VirtualService/default/reviews");
export const revision = z.number().int().positive();
export const reason = z.string().max(1000).default("");

const configChange = z.discriminatedUnion("op", [
  z.object({
    op: z.literal("upsert"),
    /** Bounded by the ingest itself, which says the limit; this only bounds a request. */
    text: z.string().max(16_000_000),
    expectedVersion: z.number().int().nonnegative().optional(),
    file: z.string().max(4096).optional(),
    namespace: z
      .string()
      .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "is lower case letters, digits and dashes")
      .optional(),
  }),
  z.object({ op: z.literal("delete"), ref: refText, expectedVersion: z.number().int().nonnegative().optional() }),
]);

export const configChanges = z.array(configChange).min(1).max(10_000);

const graphView = z.enum(["service", "workload", "versioned-app"]).default("versioned-app");

const namespaces = z.array(z.string().max(63)).max(500).optional();

export const graphQuery = z.object({
  view: graphView,
  seconds,
  endMs: z.number().int().positive().optional(),
  namespaces,
  idle: z.boolean().optional(),
});

/** A graph to be drawn: what a person closed and opened; see docs/adr/0007-graph-layout.md. */
export const drawnGraphQuery = graphQuery.omit({ namespaces: true }).extend({ closed: namespaces, open: namespaces });

const graphEnd = z.string().min(1).max(400).optional();

export const seriesQuery = z
  .object({ view: graphView, seconds, from: graphEnd, to: graphEnd })
  .refine(({ from, to }) => from !== undefined || to !== undefined, "needs from, to or both");
