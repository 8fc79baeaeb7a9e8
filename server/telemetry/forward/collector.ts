import { promisify } from "node:util";
import { gzip as gzipCallback } from "node:zlib";
import { fromBinary } from "@bufbuild/protobuf";
import { PharosError } from "#core/errors.ts";
import { connectGrpc, type GrpcClient } from "#grpc/client.ts";
import { readAnswer } from "#node/read-answer.ts";
import { ExportTraceServiceResponseSchema } from "#proto/gen/opentelemetry/proto/collector/trace/v1/trace_service_pb.js";
import { OTLP_SIGNALS } from "#server/telemetry/ingest/otlp-signals.ts";

export type ForwardedSignal = "traces" | "logs";

/** Where telemetry is handed on to. */
export interface CollectorAddress {
  readonly protocol: "http" | "grpc";
  /** http: the URL that `/v1/traces` is put behind; grpc: host:port. */
  readonly address: string;
  /** Of gRPC; by the authorities that this machine trusts. */
  readonly isTls: boolean;
  /** Sent with each request; they hold secrets. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Collector {
  /** Answers how many it did not take, and why. Throws "unavailable", "exhausted" or "timeout" where it may be sent again, anything else where not. */
  send(signal: ForwardedSignal, request: Uint8Array): Promise<{ readonly rejected: number; readonly why: string }>;
  close(): void;
}

const TIMEOUT_MS = 10_000;
/** Of what it says to what it was sent. */
const ANSWER_BYTES_MAX = 1024 * 1024;
const gzip = promisify(gzipCallback);
const AGAIN: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export function openCollector(address: CollectorAddress): Collector {
  return address.protocol === "http" ? overHttp(address) : overGrpc(address);
}

function overHttp({ address, headers }: CollectorAddress): Collector {
  return {
    async send(signal, request) {
      const url = `${address.replace(/\/+$/, "")}/v1/${signal}`;
      let answer: Response;
      let body: Uint8Array | undefined;
      try {
        answer = await fetch(url, {
          method: "POST",
          headers: { "content-type": "application/x-protobuf", "content-encoding": "gzip", ...headers },
          body: await gzip(request),
          redirect: "error",
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        body = await readAnswer(answer, ANSWER_BYTES_MAX);
      } catch (cause) {
        throw new PharosError("unavailable", `${url}: ${wordsOf(cause)}`, { cause });
      }
      // What is too long says nothing.
      if (answer.ok) return rejectedOf(body ?? new Uint8Array());
      const message = `${url} answered ${answer.status}`;
      if (!AGAIN.has(answer.status)) throw new PharosError("invalid", message);
      const seconds = Number(answer.headers.get("retry-after") ?? Number.NaN);
      throw new PharosError("unavailable", message, {
        details: Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: seconds * 1000 } : {},
      });
    },
    close: () => undefined,
  };
}

function overGrpc({ address, isTls, headers }: CollectorAddress): Collector {
  let client: GrpcClient | undefined;
  const metadata = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    async send(signal, request) {
      if (client === undefined || client.isClosed)
        client = await connectGrpc(isTls ? { address, tls: { checksName: true } } : { address }, TIMEOUT_MS);
      const { method } = OTLP_SIGNALS[`/v1/${signal}`];
      return rejectedOf(await client.unary(method, request, { metadata, timeoutMs: TIMEOUT_MS }));
    },
    close: () => client?.close(),
  };
}

/** The answers of all signals have the same fields. */
function rejectedOf(body: Uint8Array): { readonly rejected: number; readonly why: string } {
  try {
    const { partialSuccess } = fromBinary(ExportTraceServiceResponseSchema, body);
    return { rejected: Number(partialSuccess?.rejectedSpans ?? 0n), why: partialSuccess?.errorMessage ?? "" };
  } catch {
    // It was taken, whatever was said of it.
    return { rejected: 0, why: "" };
  }
}

function wordsOf(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  return inner instanceof Error ? inner.message : String(inner);
}
