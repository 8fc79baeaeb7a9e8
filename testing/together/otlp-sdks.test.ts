import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type ApiClient, connect } from "#cli/client/client.ts";
import { findPython } from "#programs/demo/python.ts";
import { type Serve, startServe } from "#testing/start-serve.ts";

/** Kept between runs: what it holds is fetched once. */
const VENV = join(tmpdir(), "pharos-otlp-python");
const PACKAGES = [
  "opentelemetry-sdk",
  "opentelemetry-exporter-otlp-proto-grpc",
  "opentelemetry-exporter-otlp-proto-http",
];
const FETCH_MS = 300_000;

let serve: Serve;
let api: ApiClient;
let token: string;
let ports: { readonly otlpGrpc: string; readonly otlpHttp: string };
/** Undefined where Python's packages cannot be had. */
let python: string | undefined;

beforeAll(async () => {
  serve = await startServe();
  api = connect({ dir: serve.dir });
  token = readFileSync(join(serve.dir, "admin-token"), "utf8").trim();
  ports = JSON.parse(readFileSync(join(serve.dir, "server.json"), "utf8")) as typeof ports;
  python = preparePython();
}, FETCH_MS);
afterAll(() => serve.stop());

function preparePython(): string | undefined {
  const program = join(VENV, "bin/python");
  const run = (command: string, args: readonly string[]) =>
    spawnSync(command, args, { timeout: FETCH_MS }).status === 0;
  if (existsSync(program) && run(program, ["-c", "import opentelemetry.exporter.otlp.proto.grpc"])) return program;
  if (!run(findPython(), ["-m", "venv", VENV])) return undefined;
  return run(program, ["-m", "pip", "install", "-q", ...PACKAGES]) ? program : undefined;
}

/** Runs an application and answers the id of the trace that it made. */
async function emit(command: string, args: readonly string[], protocol: string, compression: string): Promise<string> {
  const isGrpc = protocol === "grpc";
  const child = spawn(command, args, {
    env: {
      NODE_ENV: "production",
      PATH: process.env.PATH,
      OTEL_SERVICE_NAME: "shop",
      OTEL_RESOURCE_ATTRIBUTES: `service.instance.id=${protocol}-${compression}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${isGrpc ? ports.otlpGrpc : ports.otlpHttp}`,
      OTEL_EXPORTER_OTLP_INSECURE: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_COMPRESSION: compression,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${token}`,
      OTEL_TRACES_EXPORTER: "otlp",
      OTEL_LOGS_EXPORTER: "otlp",
      OTEL_METRICS_EXPORTER: "otlp",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    out += part;
  });
  child.stderr.setEncoding("utf8").on("data", (part: string) => {
    errors += part;
  });
  const code = await new Promise((done) => child.once("close", done));
  expect({ code, errors }).toMatchObject({ code: 0 });
  return out.trim();
}

/** The trace, its log and its counter, as they are read again. */
async function expectAll(traceId: string): Promise<void> {
  const trace = await vi.waitFor(() => api.traces.get.query({ traceId }), { timeout: 20_000 });
  expect(trace.spans).toMatchObject([
    {
      service: "shop",
      operation: "checkout",
      status: "error",
      statusMessage: "declined",
      attributes: { "cart.items": 3 },
      events: [{ name: "declined" }],
    },
  ]);
  const logs = await vi.waitFor(async () => {
    const found = await api.logs.list.query({ traceId });
    expect(found).toHaveLength(1);
    return found;
  }, 20_000);
  expect(logs).toMatchObject([
    { service: "shop", severity: 13, body: "the card was declined", spanId: trace.spans[0]?.spanId },
  ]);
  expect(logs[0]?.attributes).toMatchObject({ "card.kind": "debit" });
}

describe("JavaScript's SDK", () => {
  test.each([
    ["grpc", "none"],
    ["grpc", "gzip"],
    ["http/protobuf", "gzip"],
    ["http/json", "none"],
  ])(
    "spans, logs and metrics over %s, compression %s",
    async (protocol, compression) => {
      const program = resolve(import.meta.dirname, "../otlp/emit.ts");
      await expectAll(await emit(process.execPath, [program], protocol, compression));
    },
    60_000,
  );
});

describe("Python's SDK", () => {
  test.each([
    ["grpc", "gzip"],
    ["http/protobuf", "none"],
  ])(
    "spans, logs and metrics over %s, compression %s",
    async (protocol, compression) => {
      if (python === undefined) {
        process.stderr.write(`not tried: ${PACKAGES.join(", ")} cannot be had from PyPI here\n`);
        return;
      }
      const program = resolve(import.meta.dirname, "../otlp/emit.py");
      await expectAll(await emit(python, [program], protocol, compression));
    },
    60_000,
  );
});
