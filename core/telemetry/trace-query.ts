import { z } from "zod";

/** Which traces are looked for, the newest first. */
export const traceQuery = z.object({
  service: z.string().max(253).optional(),
  /** A host that a span of the service asked for: by where it was sent, or by its URL where it went nowhere. */
  callee: z.string().max(253).optional(),
  operation: z.string().max(500).optional(),
  minDurationMs: z.number().nonnegative().optional(),
  maxDurationMs: z.number().positive().optional(),
  /** Of TraceQL: with it a trace must be found by the rest too. */
  query: z.string().max(4000).optional(),
  errorsOnly: z.boolean().optional(),
  /** Attributes that one of its spans has, all of them. */
  tags: z.record(z.string().min(1).max(256), z.string().max(500)).optional(),
  seconds: z.number().int().min(10).max(604_800).default(3600),
  limit: z.number().int().min(1).max(500).default(50),
});
export type TraceQuery = Readonly<z.output<typeof traceQuery>>;
