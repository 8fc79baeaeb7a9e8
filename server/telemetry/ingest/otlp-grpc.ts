import { PharosError } from "#core/errors.ts";
import type { GrpcMethod } from "#grpc/server.ts";
import type { CallInfo } from "#grpc/server-stream.ts";
import type { OtlpIngest } from "#server/telemetry/ingest/otlp-ingest.ts";
import { OTLP_SIGNALS } from "#server/telemetry/ingest/otlp-signals.ts";
import { STORE_RETRY_MS } from "#server/telemetry/ingest/retry-after.ts";

/** OTLP's services. `admit` answers who calls, or throws "unauthenticated" or "forbidden". */
export function otlpMethods(
  ingest: OtlpIngest,
  admit: (call: CallInfo) => Promise<string>,
): ReadonlyMap<string, GrpcMethod> {
  const senders = new WeakMap<CallInfo, string>();
  return new Map(
    Object.values(OTLP_SIGNALS).map((signal) => [
      signal.method,
      {
        kind: "unary",
        async admit(call) {
          senders.set(call, await admit(call));
        },
        async handle(request, call) {
          const from = senders.get(call);
          if (from === undefined) throw new PharosError("unauthenticated", "nobody was admitted");
          try {
            return await signal.take(ingest, request, "protobuf", from);
          } catch (error) {
            throw toRetryable(error);
          }
        },
      } satisfies GrpcMethod,
    ]),
  );
}

/** What a store could not take is sent again: OTLP's exporters do so on UNAVAILABLE, and on RESOURCE_EXHAUSTED with RetryInfo. */
function toRetryable(error: unknown): unknown {
  const known = PharosError.from(error);
  if (known.code === "invalid" || known.details.retryAfterMs !== undefined) return known;
  return new PharosError("unavailable", known.message, {
    hint: "send it again",
    details: { retryAfterMs: STORE_RETRY_MS },
    cause: known,
  });
}
