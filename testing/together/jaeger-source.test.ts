import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { connect } from "#cli/client/client.ts";
import { freePort } from "#node/free-port.ts";
import { startProgram } from "#testing/start-program.ts";
import { type Serve, startServe } from "#testing/start-serve.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const AT_MS = Math.floor(Date.now() / 1000) * 1000 - 60_000;
/** A Jaeger that was built of its Go module (`cmd/all-in-one`). */
const JAEGER = process.env.PHAROS_JAEGER ?? "";

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const span = (service: string, spanId: string, parentSpanId: string, more: object) => ({
  resource: { attributes: [text("service.name", service)] },
  scopeSpans: [
    {
      spans: [
        {
          ...{ traceId: TRACE, spanId, parentSpanId, name: "GET /cart" },
          startTimeUnixNano: `${AT_MS}000000`,
          endTimeUnixNano: `${AT_MS + 120}000000`,
          ...more,
        },
      ],
    },
  ],
});
const POSTED = JSON.stringify({
  resourceSpans: [
    span("gateway.istio-system", "00000000000000a1", "", { kind: 2 }),
    span("cart.shop", "00000000000000a2", "00000000000000a1", {
      kind: 3,
      status: { code: 2, message: "reset" },
      attributes: [
        text("upstream_cluster", "outbound|80||cart.shop.svc.cluster.local"),
        { key: "http.status_code", value: { intValue: "503" } },
      ],
    }),
  ],
});

interface Source {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

async function anotherPharos(): Promise<Source> {
  const serve = await startServe();
  const headers = { authorization: `Bearer ${readFileSync(join(serve.dir, "admin-token"), "utf8").trim()}` };
  await post(`${serve.url}/v1/traces`, headers);
  return { url: `${serve.url}/jaeger`, headers, stop: () => serve.stop() };
}

async function realJaeger(): Promise<Source> {
  const [query, otlp] = [await freePort(), await freePort()];
  const rest = await Promise.all(
    ["query.grpc-server", "collector.grpc-server", "collector.http-server", "admin.http", "collector.otlp.grpc"].map(
      async (name) => `--${name}.host-port=127.0.0.1:${await freePort()}`,
    ),
  );
  const args = [
    `--query.http-server.host-port=127.0.0.1:${query}`,
    `--collector.otlp.http.host-port=127.0.0.1:${otlp}`,
    ...rest,
  ];
  const url = `http://127.0.0.1:${query}`;
  const { stop } = await startProgram(JAEGER, args, `${url}/api/services`, { install: "PHAROS_JAEGER names it" });
  await vi.waitFor(() => post(`http://127.0.0.1:${otlp}/v1/traces`, {}), { timeout: 30_000, interval: 100 });
  return { url, headers: {}, stop };
}

async function post(url: string, more: Readonly<Record<string, string>>): Promise<void> {
  const headers = { "content-type": "application/json", ...more };
  const answer = await fetch(url, { method: "POST", headers, body: POSTED });
  if (!answer.ok) throw new Error(`${answer.status}`);
}

describe.each([
  ["another Pharos", anotherPharos, true],
  ["a Jaeger that was built (PHAROS_JAEGER)", realJaeger, existsSync(JAEGER)],
] as const)("traces of %s", (_name, start, isThere) => {
  let source: Source;
  let serve: Serve;
  let dir = "";

  beforeAll(async () => {
    if (!isThere) return;
    source = await start();
    dir = mkdtempSync(join(tmpdir(), "pharos-jaeger-"));
    const file = join(dir, "headers");
    writeFileSync(
      file,
      Object.entries(source.headers)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(""),
    );
    serve = await startServe({ args: ["--jaeger", source.url, "--jaeger-headers", file] });
  }, 120_000);
  afterAll(async () => {
    await serve?.stop();
    await source?.stop();
    if (dir !== "") rmSync(dir, { recursive: true });
  });

  const traces = () => connect({ dir: serve.dir }).traces;

  test.skipIf(!isThere).each([
    ["by nothing", {}, 1],
    ["by the first part of a service's name", { service: "cart" }, 1],
    ["by app and namespace", { service: "cart.shop" }, 1],
    ["not by another namespace", { service: "cart.bank" }, 0],
    ["by operation, in any case", { operation: "get /CART" }, 1],
    ["by an attribute", { service: "cart", tags: { "http.status_code": "503" } }, 1],
    ["not by an attribute of another span", { service: "gateway", tags: { "http.status_code": "503" } }, 0],
    ["with errors only", { errorsOnly: true }, 1],
    ["not without an error", { service: "gateway", errorsOnly: true }, 0],
    ["by the length of the whole", { minDurationMs: 100 }, 1],
    ["not above the longest", { minDurationMs: 130 }, 0],
    ["by a query of TraceQL", { query: '{ resource.service.name = "cart.shop" && status = error }' }, 1],
    ["not by a query of what is not there", { query: "{ .http.status_code = 200 }" }, 0],
  ])("are found %s", async (_each, asked, count) => {
    await expect
      .poll(async () => (await traces().search.query({ seconds: 3600, limit: 20, ...asked })).length)
      .toBe(count);
  });

  test.skipIf(!isThere)("are read whole, with names and values to choose among", async () => {
    const trace = await traces().get.query({ traceId: TRACE });
    expect(trace.spans.map(({ service, parentSpanId, status, kind }) => [service, parentSpanId, status, kind])).toEqual(
      [
        ["gateway.istio-system", null, "unset", "server"],
        ["cart.shop", "00000000000000a1", "error", "client"],
      ],
    );
    expect(trace.spans[1]?.attributes).toMatchObject({ "http.status_code": 503 });
    expect((await traces().attributes.query()).span).toContain("http.status_code");
    await expect(traces().get.query({ traceId: "f".repeat(32) })).rejects.toThrow(/not.found|no trace/i);
  });
});

test("a Jaeger that is away is told by its address", async () => {
  const serve = await startServe({ args: ["--jaeger", "http://127.0.0.1:1"] });
  onTestFinished(() => serve.stop());
  await expect(connect({ dir: serve.dir }).traces.search.query({ seconds: 60, limit: 5 })).rejects.toThrow(
    "127.0.0.1:1",
  );
});
