import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type ApiClient, connect } from "#cli/client/client.ts";
import { toOtlp } from "#core/telemetry/otlp-trace.ts";
import type { TraceSpan } from "#core/telemetry/trace.ts";
import { type Serve, startServe } from "#testing/start-serve.ts";

let collector: Serve;
let api: ApiClient;
let headers: string;
const senders: Serve[] = [];

beforeAll(async () => {
  collector = await startServe();
  api = connect({ dir: collector.dir });
  headers = join(collector.dir, "headers");
  writeFileSync(headers, `# of the collector\nauthorization=Bearer ${tokenOf(collector)}\n`);
}, 100_000);
afterAll(async () => {
  await Promise.all([collector, ...senders].map((serve) => serve?.stop()));
});

const tokenOf = ({ dir }: Serve): string => readFileSync(join(dir, "admin-token"), "utf8").trim();
const portsOf = ({ dir }: Serve) =>
  JSON.parse(readFileSync(join(dir, "server.json"), "utf8")) as {
    readonly otlpGrpc: string;
    readonly otlpHttp: string;
  };

test.each(["http", "grpc"] as const)(
  "what a server is handed goes on to a collector over %s, and its figures say so",
  async (protocol) => {
    const { otlpGrpc, otlpHttp } = portsOf(collector);
    const url = protocol === "http" ? `http://${otlpHttp}` : `grpc://${otlpGrpc}`;
    const sender = await startServe({ args: ["--otlp-export", url, "--otlp-export-headers", headers] });
    senders.push(sender);
    const traceId = (protocol === "http" ? "a" : "b").repeat(32);
    const spans: readonly TraceSpan[] = [
      {
        ...{ spanId: "b7ad6b7169203331", parentSpanId: null, service: "web.shop", operation: "GET /" },
        ...{ kind: "server", startMs: Date.now() - 5000, durationMs: 20, status: "error", statusMessage: "" },
        ...{ attributes: { "http.status_code": 503 }, resource: { "service.name": "web.shop" }, events: [] },
      },
    ];
    const answer = await fetch(`http://${portsOf(sender).otlpHttp}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${tokenOf(sender)}` },
      body: JSON.stringify(toOtlp({ traceId, startMs: 0, durationMs: 20, spans })),
    });
    expect(answer.status).toBe(200);
    const trace = await vi.waitFor(() => api.traces.get.query({ traceId }), { timeout: 20_000, interval: 100 });
    expect(trace.spans[0]).toMatchObject({ service: "web.shop", status: "error", durationMs: 20 });
    // The collector has them before it answers.
    await expect
      .poll(async () => (await fetch(`${sender.url}/metrics`)).text(), { timeout: 20_000 })
      .toContain('pharos_otlp_export_sent_total{signal="traces"} 1');
  },
  100_000,
);
