import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect as connectSocket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { PharosError } from "#core/errors.ts";
import { type AccessEntry, numberOf, textOf } from "#core/telemetry/access-entry.ts";
import type { Redaction } from "#core/telemetry/redact-headers.ts";
import type { TappedHeaders } from "#core/telemetry/tapped-header.ts";
import { TAP_CONFIG_ID } from "#core/xds/tap-config-id.ts";
import type { MatchPredicate } from "#mesh-agent/taps/envoy-match.ts";
import { type CaughtHeaders, keyOfRequest, readTraces } from "#mesh-agent/taps/read-traces.ts";

export interface HeaderTapAsk {
  readonly match: MatchPredicate;
  readonly redact: (name: string, value: string) => Redaction;
}

/** Of how many requests Envoy holds the headers at most, and for how long. */
const TRACES_MAX = 100;
const TIMEOUT_MS = 1000;
const EVERY_MS = 1000;
/** Beyond what that may come to: 100 requests with all the headers that a proxy lets through. */
const BODY_BYTES_MAX = 32 * 1024 * 1024;
/** A proxy that does not answer is asked again. */
const SILENCE_MS = 5000;
/** Caught headers that wait for their line, and how long. */
const WAITING_MAX = 1000;
const WAITING_BYTES_MAX = 4 * 1024 * 1024;
const WAITING_MS = 15_000;

/**
 * Headers of requests, by Envoy's tap: attached while they are asked for, and not a moment longer. Envoy itself holds no more than a bounded number
 * of requests between two answers, also where nobody reads them any more; those that come beyond are not caught.
 */
export class HeaderTap {
  readonly #socketPath: string;
  readonly #caught = new Map<string, { readonly atMs: number; readonly of: CaughtHeaders }[]>();
  #count = 0;
  #bytes = 0;
  #ask: HeaderTapAsk | undefined;
  #running: AbortController | undefined;
  #problem = "";

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** Why there are no headers; empty where there are, or nobody asks. */
  get problem(): string {
    return this.#problem;
  }

  /** Undefined: nobody asks any more; Envoy lets go at once, and what was caught is forgotten. */
  set(ask: HeaderTapAsk | undefined): void {
    const before = this.#ask;
    this.#ask = ask;
    if (ask === undefined) {
      this.#running?.abort();
      this.#running = undefined;
      this.#problem = "";
      this.#forget();
    } else if (this.#running === undefined || JSON.stringify(before?.match) !== JSON.stringify(ask.match)) {
      this.#running?.abort();
      this.#running = new AbortController();
      void this.#run(this.#running.signal);
    }
  }

  /** The headers of the request that a line tells of, once; undefined where they were not caught. */
  take(entry: AccessEntry): TappedHeaders | undefined {
    const key = keyOfRequest(entry.dir === "inbound", textOf(entry.ri), textOf(entry.m), textOf(entry.p));
    const all = this.#caught.get(key);
    if (all === undefined) return undefined;
    const startMs = numberOf(entry.t);
    const nearest = all.reduce((best, each) =>
      Math.abs(each.of.startMs - startMs) < Math.abs(best.of.startMs - startMs) ? each : best,
    );
    all.splice(all.indexOf(nearest), 1);
    if (all.length === 0) this.#caught.delete(key);
    this.#count -= 1;
    this.#bytes -= nearest.of.bytes;
    return nearest.of.headers;
  }

  async #run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    let envoy: ClientHttp2Session | undefined;
    while (!signal.aborted) {
      const startedMs = Date.now();
      const ask = this.#ask;
      if (ask === undefined) break;
      let isFull = true;
      try {
        envoy = envoy === undefined || envoy.closed || envoy.destroyed ? open(this.#socketPath) : envoy;
        const caught = readTraces(await catchTraces(envoy, ask.match, signal), ask.redact);
        if (signal.aborted) break;
        this.#keep(caught);
        isFull = caught.length >= TRACES_MAX;
        this.#problem = "";
        failures = 0;
      } catch (error) {
        envoy?.destroy();
        if (signal.aborted) break;
        failures += 1;
        // An Envoy that has not let go of the last one yet refuses the next once.
        if (failures > 1) this.#problem = PharosError.from(error).message;
      }
      // Between two answers nothing is caught: at once again, unless there is more than may be.
      if (isFull)
        await delay(Math.max(0, startedMs + EVERY_MS - Date.now()), undefined, { signal }).catch(() => undefined);
    }
    envoy?.destroy();
  }

  #keep(caught: readonly CaughtHeaders[]): void {
    const nowMs = Date.now();
    for (const of of caught) {
      const same = this.#caught.get(of.key);
      if (same === undefined) this.#caught.set(of.key, [{ atMs: nowMs, of }]);
      else same.push({ atMs: nowMs, of });
      this.#count += 1;
      this.#bytes += of.bytes;
    }
    // Those that were caught first stand first.
    for (const [key, all] of this.#caught) {
      const isOld = (all[0]?.atMs ?? 0) < nowMs - WAITING_MS;
      if (!isOld && this.#count <= WAITING_MAX && this.#bytes <= WAITING_BYTES_MAX) break;
      this.#caught.delete(key);
      this.#count -= all.length;
      for (const { of } of all) this.#bytes -= of.bytes;
    }
  }

  #forget(): void {
    this.#caught.clear();
    this.#count = 0;
    this.#bytes = 0;
  }
}

/** By HTTP/2, for over HTTP/1 on a Unix socket Envoy may not notice that its reader is gone. */
function open(socketPath: string): ClientHttp2Session {
  const session = connectHttp2("http://localhost", { createConnection: () => connectSocket(socketPath) });
  session.on("error", () => undefined);
  return session;
}

/** One answer of Envoy's: requests that ended since it was asked. */
function catchTraces(envoy: ClientHttp2Session, match: MatchPredicate, signal: AbortSignal): Promise<Buffer> {
  const body = JSON.stringify({
    config_id: TAP_CONFIG_ID,
    tap_config: {
      match,
      output_config: {
        sinks: [
          {
            format: "PROTO_BINARY_LENGTH_DELIMITED",
            buffered_admin: { max_traces: TRACES_MAX, timeout: `${TIMEOUT_MS / 1000}s` },
          },
        ],
        // Nothing of bodies.
        max_buffered_rx_bytes: 0,
        max_buffered_tx_bytes: 0,
      },
    },
  });
  return new Promise((resolve, reject) => {
    const settle = (error: Error | undefined, answer: Buffer = Buffer.alloc(0)): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      if (error === undefined) resolve(answer);
      else reject(error instanceof PharosError ? error : unavailable(`its Envoy is not there: ${error.message}`));
    };
    const onAbort = (): void => settle(unavailable("nobody asks any more"));
    const timer = setTimeout(() => settle(unavailable("its Envoy does not answer")), SILENCE_MS);
    signal.addEventListener("abort", onAbort, { once: true });
    const call = envoy.request({ ":method": "POST", ":path": "/tap", "content-type": "application/json" });
    let status = 0;
    let length = 0;
    const chunks: Buffer[] = [];
    call.on("response", (headers) => {
      status = Number(headers[":status"]);
    });
    call.on("data", (chunk: Buffer) => {
      length += chunk.length;
      chunks.push(chunk);
      if (length > BODY_BYTES_MAX) settle(unavailable("its Envoy said more than is read"));
    });
    call.on("error", settle);
    call.on("close", () => {
      const answer = Buffer.concat(chunks);
      if (status === 200) settle(undefined, answer);
      else settle(unavailable(status === 0 ? "its Envoy is not there" : whyRefused(answer)));
    });
    call.end(body);
  });
}

function unavailable(message: string): PharosError {
  return new PharosError("unavailable", message);
}

function whyRefused(answer: Buffer): string {
  const text = answer.toString("utf8").slice(0, 200).trim();
  if (text.startsWith("Unknown config id")) return "its Envoy has no listener yet whose headers can be tapped";
  if (text.includes("already exists")) return "somebody else taps its Envoy";
  return `its Envoy refused the tap: ${text}`;
}
