import { z } from "zod";
import { rangeSeconds } from "#core/telemetry/range-seconds.ts";

/** Which requests of the sample are looked for, the newest first. */
export const requestQuery = z.object({
  service: z.string().max(253).optional(),
  source: z.string().max(253).optional(),
  code: z.string().max(3).optional(),
  method: z.string().max(20).optional(),
  path: z.string().max(2000).optional(),
  deniedOnly: z.boolean().optional(),
  traceId: z
    .string()
    .regex(/^[0-9a-f]{16,32}$/, "is 16 to 32 hex digits")
    .optional(),
  seconds: rangeSeconds,
  limit: z.number().int().min(1).max(1000).default(100),
});
export type RequestQuery = Readonly<z.output<typeof requestQuery>>;
