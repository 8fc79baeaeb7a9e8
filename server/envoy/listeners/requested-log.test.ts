// A real Envoy writes what a Telemetry asks for, into a file and over OTLP, and nothing that its filter leaves out.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { ask } from "#server/envoy/testing/ask.ts";
import { startEdge } from "#server/envoy/testing/start-edge.ts";
import { Cleanup } from "#testing/test-agent.ts";

const TIMEOUT_MS = 20_000;
const ENTRIES = "/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs";
const EXPORT = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** Takes records over gRPC; what came, as text of the bytes. */
async function startCollector(): Promise<{
  readonly port: number;
  readonly records: string[];
  readonly entries: string[];
}> {
  const entries: string[] = [];
  const records: string[] = [];
  const server = createServer();
  server.on("stream", (stream: ServerHttp2Stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      // A stream that does not end.
      if (headers[":path"] === ENTRIES) entries.push(chunk.toString("latin1"));
    });
    stream.on("error", () => {});
    if (headers[":path"] === ENTRIES) return;
    stream.on("end", () => {
      if (headers[":path"] === EXPORT) records.push(Buffer.concat(chunks).toString("latin1"));
      stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
      stream.end(Buffer.alloc(5));
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  cleanup.add(() => void server.close());
  return { port: (server.address() as AddressInfo).port, records, entries };
}

test("requests that the filter takes come to the file and to the collector, each once", async () => {
  const dir = mkdtempSync(join(tmpdir(), "pharos-logs-"));
  cleanup.add(() => rmSync(dir, { recursive: true, force: true }));
  const { port, records, entries } = await startCollector();
  const file = join(dir, "lines.log");
  const edge = await startEdge(
    cleanup,
    `
apiVersion: mesh.pharos.dev/v1
kind: MeshConfig
metadata: { name: default, namespace: istio-system }
spec:
  extensionProviders:
    - { name: lines, envoyFileAccessLog: { path: ${file}, logFormat: { text: "%REQ(:PATH)% %RESPONSE_CODE%" } } }
    - { name: requests, envoyHttpAls: { service: collector.test, port: ${port}, additionalRequestHeadersToLog: [x-told] } }
    - { name: otlp, envoyOtelAls: { service: collector.test, port: ${port}, logFormat: { text: "to %REQ(:PATH)%.", labels: { code: "%RESPONSE_CODE%" } } } }
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: logs, namespace: istio-system }
spec:
  accessLogging: [{ providers: [{ name: lines }, { name: otlp }, { name: requests }], filter: { expression: "request.url_path.startsWith('/kept')" } }]
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: collector, namespace: istio-system }
spec:
  hosts: [collector.test]
  location: MESH_EXTERNAL
  resolution: STATIC
  endpoints: [{ address: 127.0.0.1 }]
  ports: [{ name: any, number: ${port} }]
`,
    { PHAROS_TRACING: false },
  );
  const poll = { timeout: TIMEOUT_MS, interval: 20 };
  for (const path of ["/left-out", "/kept/1", "/left-out/kept", "/kept/2"])
    expect((await ask({ to: edge, path, headers: { "x-told": `told-${path.at(-1)}` } }, false)).status).toBe(204);
  // The last one came, so the others would have.
  await expect
    .poll(() => (existsSync(file) ? readFileSync(file, "utf8") : ""), poll)
    .toBe("/kept/1 204\n/kept/2 204\n");
  const exported = () => records.join("").match(/to \/[\w/-]+\./g) ?? [];
  await expect.poll(exported, poll).toEqual(["to /kept/1.", "to /kept/2."]);
  expect(records.join("")).toContain("otel_envoy_accesslog");
  const requested = () => entries.join("").match(/\/(?:left-out)?\/?kept\/\d|\/left-out/g) ?? [];
  await expect.poll(requested, poll).toEqual(["/kept/1", "/kept/2"]);
  expect(entries.join("")).toMatch(/http_envoy_accesslog.*x-told.*told-1.*x-told.*told-2/s);
}, 60_000);
