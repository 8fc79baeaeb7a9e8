import { z } from "zod";
import { rangeSeconds } from "#core/telemetry/range-seconds.ts";
import { REQUEST_SORTS } from "#core/telemetry/request-fields.ts";
import { FILTER_CHARS_MAX } from "#core/telemetry/request-filter.ts";

const asked = {
  /** In the words of request-filter.ts. */
  filter: z.string().max(FILTER_CHARS_MAX).default(""),
  seconds: rangeSeconds,
  /** Up to when; absent: now. */
  endMs: z.number().int().min(0).max(8.64e15).optional(),
};

export const requestAsk = z.object(asked);
export type RequestAsk = Readonly<z.output<typeof requestAsk>>;

export const requestSearchInput = z.object({
  ...asked,
  sort: z.enum(REQUEST_SORTS).default("start"),
  isAscending: z.boolean().default(false),
  after: z.object({ value: z.number(), id: z.string().max(100) }).optional(),
  limit: z.number().int().min(1).max(1000).default(100),
});
export type RequestSearchInput = Readonly<z.output<typeof requestSearchInput>>;

const text = z.string().max(600);

/** Of a request, what tells why it ended as it did, and by what the called end's word of it is found. */
export const explainInput = z.object({
  reporter: z.enum(["source", "destination"]),
  startMs: z.number(),
  durationMs: z.number(),
  requestId: text.nullable(),
  grpcStatus: text,
  sourceWorkload: text,
  sourceNamespace: text,
  destinationService: text,
  destinationWorkload: text,
  destinationNamespace: text,
  responseCode: z.number().int().min(0).max(65_535),
  responseFlags: text,
  responseCodeDetails: text,
  deniedBy: text.nullable(),
  policy: text.nullable(),
  routeResource: text.nullable(),
  routePath: text.nullable(),
  upstreamFailure: text.nullable(),
  revision: z.number().int().min(0).nullable(),
});
export type ExplainInput = Readonly<z.output<typeof explainInput>>;

export const shapesInput = z.object({
  service: z.string().max(253).optional(),
  seconds: rangeSeconds,
  limit: z.number().int().min(1).max(1000).default(200),
});
export type ShapesInput = Readonly<z.output<typeof shapesInput>>;
