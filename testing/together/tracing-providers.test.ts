// A real Envoy sends spans to each type of provider: over OTLP and as Zipkin's to the ports of a control plane, and to a receiver of SkyWalking's.
import { readFileSync } from "node:fs";
import { createServer, type Http2Server, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type ApiClient, connect } from "#cli/client/client.ts";
import { freePort } from "#node/free-port.ts";
import { ask } from "#server/envoy/testing/ask.ts";
import { startEdge } from "#server/envoy/testing/start-edge.ts";
import { type Serve, startServe } from "#testing/start-serve.ts";
import { Cleanup } from "#testing/test-agent.ts";

const TIMEOUT_MS = 20_000;
/** Envoy sends these without waiting for more. */
const ENOUGH = 5;

let serve: Serve;
let api: ApiClient;
let token: string;
let ports: { readonly otlpGrpc: string; readonly otlpHttp: string };
const cleanup = new Cleanup();

beforeAll(async () => {
  const port = await freePort();
  // The name by which proxies call it.
  serve = await startServe({ args: ["--port", String(port), "--public-url", "https://receiver.test"] });
  token = readFileSync(join(serve.dir, "admin-token"), "utf8").trim();
  api = connect({ server: `http://127.0.0.1:${port}`, token });
  ports = JSON.parse(readFileSync(join(serve.dir, "server.json"), "utf8")) as typeof ports;
}, 90_000);
afterEach(() => cleanup.run());
afterAll(() => serve.stop());

/** A gateway that is traced by `provider`, whose service is at `port` of loopback; the port where it listens. */
function startGateway(provider: string, port: number): Promise<number> {
  return startEdge(
    cleanup,
    `
apiVersion: mesh.pharos.dev/v1
kind: MeshConfig
metadata: { name: default, namespace: istio-system }
spec: { extensionProviders: [{ name: spans, ${provider} }] }
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: spans, namespace: istio-system }
spec:
  tracing:
    - providers: [{ name: spans }]
      randomSamplingPercentage: 100
      customTags:
        asked: { header: { name: x-asked, defaultValue: nobody } }
        code: { formatter: { value: "%RESPONSE_CODE%" } }
        fixed: { literal: { value: text } }
        home: { environment: { name: NO_SUCH_VARIABLE, defaultValue: nowhere } }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: receiver, namespace: istio-system }
spec:
  hosts: [receiver.test]
  location: MESH_EXTERNAL
  resolution: STATIC
  endpoints: [{ address: 127.0.0.1 }]
  ports: [{ name: tcp-any, number: ${port} }]
`,
  );
}

const TAGS = {
  asked: "me",
  code: "204",
  fixed: "text",
  home: "nowhere",
  "istio.canonical_service": "edge",
  "istio.canonical_revision": "v7",
  "istio.namespace": "istio-system",
};

test.each([
  [
    "OTLP over gRPC",
    "w3c",
    "otlpGrpc",
    "opentelemetry: { PLACE, grpc: { initialMetadata: [{ name: authorization, value: TOKEN }] } }",
  ],
  [
    "OTLP over HTTP",
    "w3c",
    "otlpHttp",
    "opentelemetry: { PLACE, http: { path: /v1/traces, headers: [{ name: authorization, value: TOKEN }] } }",
  ],
  ["Zipkin", "b3", "otlpHttp", "zipkin: { PLACE, headers: [{ name: authorization, value: TOKEN }] }"],
] as const)(
  "%s: a caller's trace goes on in spans that come to the control plane's own port, with their tags",
  async (name, context, at, provider) => {
    const port = Number(ports[at].split(":").at(-1));
    const place = `service: istio-system/receiver.test, port: ${port}`;
    const edge = await startGateway(provider.replace("PLACE", place).replace("TOKEN", `"Bearer ${token}"`), port);
    const traceId = Buffer.from(name.padEnd(16, "-").slice(-16)).toString("hex");
    const headers =
      context === "w3c"
        ? { traceparent: `00-${traceId}-00f067aa0ba902b7-01` }
        : { "x-b3-traceid": traceId, "x-b3-spanid": "00f067aa0ba902b7", "x-b3-sampled": "1" };
    for (let sent = 0; sent < ENOUGH; sent++)
      expect((await ask({ to: edge, path: "/traced", headers: { ...headers, "x-asked": "me" } }, false)).status).toBe(
        204,
      );
    const trace = await vi.waitFor(() => api.traces.get.query({ traceId }), { timeout: TIMEOUT_MS });
    expect(trace.spans.length).toBeGreaterThan(0);
    for (const span of trace.spans) {
      // Zipkin's tracer knows no name but that of the Envoy's cluster.
      expect(span.service).toBe(name === "Zipkin" ? "validate" : "edge.istio-system");
      expect(span.attributes).toMatchObject(TAGS);
    }
  },
  60_000,
);

/** Takes what comes over gRPC; what came, as text of the bytes, by path. */
async function startReceiver(): Promise<{
  readonly port: number;
  readonly came: { path: string; key: string; text: string }[];
}> {
  const came: { path: string; key: string; text: string }[] = [];
  const server: Http2Server = createServer();
  server.on("stream", (stream: ServerHttp2Stream, headers) => {
    stream.respond({ ":status": 200, "content-type": "application/grpc" });
    stream.on("data", (chunk: Buffer) => {
      came.push({
        path: String(headers[":path"]),
        key: String(headers.authentication),
        text: chunk.toString("latin1"),
      });
    });
    stream.on("error", () => {});
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  cleanup.add(() => void server.close());
  return { port: (server.address() as AddressInfo).port, came };
}

test("SkyWalking: segments come to a receiver over gRPC, with its token", async () => {
  const { port, came } = await startReceiver();
  const edge = await startGateway(
    `skywalking: { service: receiver.test, port: ${port}, accessToken: let-me-in }`,
    port,
  );
  expect((await ask({ to: edge, path: "/traced", headers: { "x-asked": "me" } }, false)).status).toBe(204);
  await expect
    .poll(() => came.map(({ text }) => text).join(), { timeout: TIMEOUT_MS, interval: 50 })
    .toContain("edge.istio-system");
  expect(came[0]).toMatchObject({ path: "/skywalking.v3.TraceSegmentReportService/collect", key: "let-me-in" });
  expect(came.map(({ text }) => text).join()).toMatch(/asked.*me/s);
}, 60_000);
