import { z } from "zod";

/** Which log records are looked for, the newest first. */
export const logQuery = z.object({
  /** In hex. */
  traceId: z
    .string()
    .regex(/^[0-9a-f]{1,32}$/)
    .optional(),
  spanId: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  service: z.string().max(253).optional(),
  /** OTLP's number, 1 (trace) to 24 (fatal). */
  minSeverity: z.number().int().min(1).max(24).optional(),
  /** Part of what it says. */
  text: z.string().max(500).optional(),
  seconds: z.number().int().min(10).max(604_800).default(3600),
  limit: z.number().int().min(1).max(1000).default(200),
});
export type LogQuery = Readonly<z.output<typeof logQuery>>;
