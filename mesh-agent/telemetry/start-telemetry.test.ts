import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AdminClient } from "#mesh-agent/envoy/admin-client.ts";
import { startTelemetry, type Telemetry } from "#mesh-agent/telemetry/start-telemetry.ts";
import { LoggingEnvoy } from "#mesh-agent/telemetry/testing/logging-envoy.ts";
import { ResourceSpansSchema, Span_SpanKind } from "#proto/gen/opentelemetry/proto/trace/v1/trace_pb.js";
import {
  type ReportRequest,
  ReportRequestSchema,
  ReportResponseSchema,
  type RequestWindow,
} from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { loggerTo } from "#testing/loggers.ts";

let dir: string;
let envoy: LoggingEnvoy;
let telemetry: Telemetry;
let reports: ReportRequest[];
/** What each answer says was not counted. */
let refused: string[];
let log: string[];

const WITHIN = { timeout: 30_000, interval: 50 };

async function start(rotateBytes?: number): Promise<void> {
  const admin = new AdminClient(join(dir, "admin.sock"));
  telemetry = await startTelemetry({
    dir,
    accessLogPath: join(dir, "access.log"),
    instance: () => ({
      namespace: "default",
      name: "it-0",
      workload: "it-v1",
      labels: { app: "it", version: "v1" },
      principal: "spiffe://cluster.local/ns/default/sa/it",
    }),
    report: async (bytes) => {
      const report = fromBinary(ReportRequestSchema, bytes);
      reports.push(report);
      return toBinary(
        ReportResponseSchema,
        create(ReportResponseSchema, { acknowledgedSequence: report.sequence, reportIntervalMs: 100, refused }),
      );
    },
    spansSocketPath: join(dir, "spans.sock"),
    envoyAdminSocket: join(dir, "admin.sock"),
    reopenLogs: async () => void (await admin.post("/reopen_logs")),
    onServerTime: () => undefined,
    log: loggerTo((level, message, fields) => log.push(`${level} ${message} ${JSON.stringify(fields)}`)),
    ...(rotateBytes === undefined ? {} : { rotateBytes }),
  });
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "pharos-telemetry-"));
  reports = [];
  refused = [];
  log = [];
  envoy = new LoggingEnvoy(dir);
});
afterEach(async () => {
  await envoy.kill();
  await telemetry.stop();
  rmSync(dir, { recursive: true });
});

const hex = (bytes: Uint8Array = new Uint8Array()): string => Buffer.from(bytes).toString("hex");
const windows = (): RequestWindow[] => reports.flatMap((report) => report.windows);
const countOf = (isWanted: (window: RequestWindow) => boolean): number =>
  windows()
    .filter(isWanted)
    .reduce((sum, { count }) => sum + Number(count), 0);

test("a real Envoy's lines tell both ends, denials, what found no way, and spans", async () => {
  await start();
  await envoy.start();
  expect(await Promise.all(["/reviews", "/secret", "/nowhere", "/unroutable"].map((path) => envoy.get(path)))).toEqual([
    200, 403, 503, 503,
  ]);
  await vi.waitFor(() => expect(countOf(() => true)).toBe(6), WITHIN);
  const find = (reporter: string, code: number, flags = "-"): RequestWindow | undefined =>
    windows().find((each) => each.reporter === reporter && each.responseCode === code && each.responseFlags === flags);
  expect(find("source", 200)).toMatchObject({
    sourceWorkload: "it-v1",
    destinationService: "reviews.default.svc.cluster.local",
    destinationPort: 9080,
    destinationWorkload: "reviews-v1",
    destinationApp: "reviews",
    destinationVersion: "v1",
    requestProtocol: "http",
    connectionSecurityPolicy: "none",
  });
  expect(find("destination", 200)).toMatchObject({
    sourceWorkload: "productpage-v1",
    sourceApp: "productpage",
    sourceVersion: "v1",
    destinationWorkload: "it-v1",
    deniedBy: "",
  });
  expect(find("destination", 403)).toMatchObject({
    sourceWorkload: "productpage-v1",
    deniedBy: "ns[default]-policy[no-secrets]-rule[0]",
  });
  expect(find("source", 403)).toMatchObject({ deniedBy: "", destinationWorkload: "reviews-v1" });
  expect(windows().find(({ responseFlags }) => responseFlags === "NC")).toMatchObject({
    destinationService: "reviews",
    destinationWorkload: "unknown",
  });
  const samples = reports.flatMap((report) => report.samples);
  const refused = (of: string) => samples.find(({ path, deniedBy }) => path === of && deniedBy !== "");
  expect(refused("/secret")).toMatchObject({ method: "GET", authority: "reviews:9080" });
  expect(samples[0]?.traceId).toMatch(/^[0-9a-f]{32}$/);
  await vi.waitFor(() => {
    const spans = reports
      .flatMap((report) => report.resourceSpans)
      .map((bytes) => fromBinary(ResourceSpansSchema, bytes));
    const services = spans
      .flatMap(({ resource }) => resource?.attributes ?? [])
      .flatMap(({ key, value }) => (key === "service.name" ? [value?.value.value] : []));
    expect(new Set(services)).toEqual(new Set(["it.default"]));
    const made = spans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
    const called = made.find(({ kind }) => kind === Span_SpanKind.SERVER);
    const caller = made.find(({ spanId }) => called !== undefined && hex(spanId) === hex(called.parentSpanId));
    expect(caller?.kind).toBe(Span_SpanKind.CLIENT);
    expect(samples.map(({ traceId }) => traceId)).toContain(hex(called?.traceId));
    expect(called?.attributes.map(({ key }) => key)).toEqual(
      expect.arrayContaining(["http.method", "http.status_code"]),
    );
  }, WITHIN);
});

test("the log is rotated under load without losing or doubling a line", async () => {
  await start(20_000);
  await envoy.start();
  const sent = 600;
  for (let done = 0; done < sent; done += 20) {
    await Promise.all(Array.from({ length: 20 }, () => envoy.get("/reviews")));
    if (done % 100 === 0)
      await vi.waitFor(() => expect(telemetry.stats().requests).toBeGreaterThanOrEqual(done), WITHIN);
  }
  await vi.waitFor(() => expect(countOf(() => true)).toBe(2 * sent), WITHIN);
  await vi.waitFor(() => expect(existsSync(join(dir, "access.log.rotated"))).toBe(false), WITHIN);
  expect(telemetry.stats()).toMatchObject({ requests: 2 * sent, garbageLines: 0, missingRequests: 0 });
});

test("of what Envoy counts while its log is not where it was, each request is read or told as missing", async () => {
  await start();
  await envoy.start();
  await envoy.get("/reviews");
  await vi.waitFor(() => expect(telemetry.stats().requests).toBe(2), WITHIN);
  // Envoy writes on to a file that is gone from under it, until it is asked to open it anew.
  rmSync(join(dir, "access.log"));
  writeFileSync(join(dir, "access.log"), "read on from here\n");
  for (let index = 0; index < 5; index += 1) await envoy.get("/reviews");
  const missing = () => reports.flatMap(({ gaps }) => gaps).reduce((sum, { requests }) => sum + Number(requests), 0);
  await vi.waitFor(() => expect(telemetry.stats().requests + missing()).toBe(2 + 10), WITHIN);
  await envoy.get("/reviews");
  await vi.waitFor(() => expect(telemetry.stats().requests + missing()).toBe(2 + 10 + 2), WITHIN);
});

test("a killed Envoy is told as a gap, and the next one's requests count", async () => {
  await start();
  await envoy.start();
  await envoy.get("/reviews");
  await vi.waitFor(() => expect(telemetry.stats().requests).toBe(2), WITHIN);
  // The ledger must have seen this Envoy before it dies.
  await vi.waitFor(() => expect(telemetry.stats().comparedAtMs).not.toBeNull(), WITHIN);
  await envoy.kill();
  await envoy.start();
  await envoy.get("/reviews");
  await vi.waitFor(() => expect(telemetry.stats().requests).toBe(4), WITHIN);
  await vi.waitFor(() => expect(reports.flatMap((report) => report.gaps)).toMatchObject([{ requests: 0n }]), WITHIN);
});

test("what the control plane did not count is told once, and counted", async () => {
  await start();
  await envoy.start();
  for (let count = 1; count <= 3; count++) {
    refused = [`windows that cannot be: ${count} requests`, `more log records than it may: ${count} log records`];
    await envoy.get("/reviews");
    await vi.waitFor(() => expect(telemetry.stats().reportsRefused).toBeGreaterThanOrEqual(count), WITHIN);
  }
  expect(log.filter((line) => line.includes("did not count"))).toEqual([
    'warn the control plane did not count all of a report {"refused":"windows that cannot be: 1 requests; more log records than it may: 1 log records"}',
  ]);
});

test("bytes of a connection are told while it lasts, once, over restarts of the agent and the end of its Envoy", async () => {
  const echo = createServer((socket) => socket.pipe(socket));
  await once(echo.listen(join(dir, "echo.sock")), "listening");
  await start();
  await envoy.start();
  const connect = (): Socket => createConnection(join(dir, "tcp.sock"));
  const sumOf = (name: "opened" | "count" | "requestBytes" | "responseBytes"): number =>
    windows()
      .filter(({ requestProtocol }) => requestProtocol === "tcp")
      .reduce((sum, window) => sum + Number(window[name]), 0);
  const told = () => (["opened", "count", "requestBytes", "responseBytes"] as const).map(sumOf);
  const [first, second] = [connect(), connect()];
  first.write("x".repeat(1000));
  await vi.waitFor(() => expect(told()).toEqual([2, 0, 1000, 1000]), WITHIN);
  await telemetry.stop();
  first.write("x".repeat(500));
  await start();
  await vi.waitFor(() => expect(told()).toEqual([2, 0, 1500, 1500]), WITHIN);
  first.end("x".repeat(20));
  await vi.waitFor(() => expect(told()).toEqual([2, 1, 1520, 1520]), WITHIN);
  expect(windows().find(({ requestProtocol }) => requestProtocol === "tcp")).toMatchObject({
    destinationService: "ratings-db.default.svc.cluster.local",
    destinationPort: 3306,
  });
  await envoy.kill();
  await envoy.start();
  const third = connect();
  third.end("x".repeat(3));
  await vi.waitFor(() => expect(told()[2]).toBe(1523), WITHIN);
  expect(told()[0]).toBe(3);
  for (const socket of [first, second, third]) socket.destroy();
  echo.close();
});
