import { once } from "node:events";
import { chmodSync, rmSync } from "node:fs";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { WorkloadLabel } from "#core/model/workload-label.ts";
import { readZipkin } from "#mesh-agent/telemetry/read-zipkin.ts";
import { createHttpService } from "#node/http-service.ts";

/** Where Zipkin takes spans; Envoy's listeners name it too (server/envoy). */
const PATH = "/api/v2/spans";
const BYTES_MAX = 8 * 1024 * 1024;
const POST_BYTES_MAX = 4 * 1024 * 1024;
/** Envoy's workers hold one each. */
const CONNECTIONS_MAX = 64;

/** Takes Envoy's spans on a Unix socket and holds them as OTLP, serialized, until they are taken. Bounded: what is over is dropped and counted. */
export class SpanReceiver {
  readonly #workload: () => WorkloadLabel;
  #server: Server | undefined;
  #held: Uint8Array[] = [];
  #bytes = 0;
  /** Posts that found no room, or that were not Zipkin's. */
  dropped = 0;

  /** `workload` is whose spans they are, as it is now. */
  constructor(workload: () => WorkloadLabel) {
    this.#workload = workload;
  }

  async listen(socketPath: string): Promise<void> {
    const server = createHttpService({
      connections: { perParty: CONNECTIONS_MAX, inSum: CONNECTIONS_MAX },
      onLimit: () => {
        this.dropped += 1;
      },
      onError: () => {
        this.dropped += 1;
      },
      handle: (request, response) => this.#answer(request, response),
    });
    this.#server = server;
    // An agent that was killed left its socket behind.
    rmSync(socketPath, { force: true });
    server.listen(socketPath);
    await once(server, "listening");
    chmodSync(socketPath, 0o600);
  }

  take(): readonly Uint8Array[] {
    const held = this.#held;
    this.#held = [];
    this.#bytes = 0;
    return held;
  }

  /** Puts back what could not be stored, as far as there is room. */
  giveBack(spans: readonly Uint8Array[]): void {
    for (const each of spans) this.#add(each);
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const say = (status: number): void => void response.writeHead(status).end();
    try {
      if (request.method !== "POST" || request.url !== PATH) return say(404);
      const body = await readBody(request);
      if (body === undefined) {
        this.dropped += 1;
        return say(413);
      }
      const spans = readZipkin(body, this.#workload());
      if (spans !== undefined) this.#add(spans);
      say(202);
    } catch {
      this.dropped += 1;
      if (!response.headersSent && !response.destroyed) say(400);
    }
  }

  #add(bytes: Uint8Array): void {
    if (this.#bytes + bytes.length > BYTES_MAX) {
      this.dropped += 1;
      return;
    }
    this.#held.push(bytes);
    this.#bytes += bytes.length;
  }
}

/** Undefined when it is longer than one may be; it is read to its end even so, and not kept. Rejects when the sender goes away. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > POST_BYTES_MAX) chunks.length = 0;
    else chunks.push(chunk);
  }
  return length > POST_BYTES_MAX ? undefined : Buffer.concat(chunks).toString("utf8");
}
