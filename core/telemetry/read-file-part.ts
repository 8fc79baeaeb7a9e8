import { z } from "zod";
import { describeIssues } from "#core/describe-issues.ts";
import { PharosError } from "#core/errors.ts";
import type { TraceSpan } from "#core/telemetry/trace.ts";

/** A span of a file, with the trace that it is of. */
export type FileSpan = TraceSpan & { readonly traceId: string };

export type FileAttributes = Record<string, TraceSpan["attributes"][string]>;

/** The value as the schema has it; throws "invalid" with where it stands. */
export function readPart<T extends z.ZodType>(schema: T, value: unknown, at: string): z.output<T> {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const first = new z.ZodError(read.error.issues.slice(0, 1));
  throw unreadable(`${at}${at === "" ? "" : ": "}${describeIssues(first)}`);
}

/** An id of zeros alone is none, as in OTLP and in Jaeger. */
export function idOrNone(id: string | null | undefined): string | null {
  return id === null || id === undefined || /^0*$/.test(id) ? null : id;
}

export function unreadable(what: string): PharosError {
  return new PharosError("invalid", `the file: ${what}`, {
    hint: "a trace as this page, Jaeger or Tempo saves it: Jaeger's JSON or OTLP's",
  });
}
