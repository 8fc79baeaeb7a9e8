import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { PharosError } from "#core/errors.ts";
import { PrometheusClient } from "#server/telemetry/stores/prometheus/prometheus-client.ts";
import { PrometheusTraffic } from "#server/telemetry/stores/prometheus/prometheus-traffic.ts";
import { Cleanup } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** What answers as if it were a Prometheus, at one moment. */
async function openFake(answer: (atSeconds: number, query: string) => string): Promise<PrometheusClient> {
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += String(part);
    const asked = new URLSearchParams(text);
    response.end(answer(Number(asked.get("time")), asked.get("query") ?? ""));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  cleanup.add(() => {
    server.closeAllConnections();
    server.close();
  });
  return new PrometheusClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, headers: {} });
}

const vector = (result: readonly unknown[]) =>
  JSON.stringify({ status: "success", data: { resultType: "vector", result } });

test.each([
  ["no JSON", "<html>"],
  ["nothing", ""],
  ["null", "null"],
  ["no result", '{"status":"success"}'],
  ["a result that is no list", '{"status":"success","data":{"result":{"length":9}}}'],
  ["series that are none", vector([null])],
  ["a label that is an object", vector([{ metric: { destination_service: { a: 1 } }, value: [1, "1"] }])],
  ["a value that is no text", vector([{ metric: {}, value: [1, 2] }])],
  ["a point that is none", vector([{ metric: {}, values: [null] }])],
  ["an error that is no text", '{"status":"error","error":{"a":1}}'],
])("an answer of %s is told as such", async (_, text) => {
  const client = await openFake(() => text);
  const code = await client.instant("up", 1000).catch((error: unknown) => PharosError.from(error).code);
  expect(code).toBe("unavailable");
});

test("numbers that are none, labels of every object's and any number of bounds end in figures", async () => {
  const series = (value: string, more: object) => (at: number) => ({
    metric: { reporter: "source", destination_service: "a", ...more },
    value: [at, value],
  });
  const hostile = [
    ...["NaN", "+Inf", "-Inf", "Infinity", "1e300", "x", ""].map((value) => series(value, { le: "10" })),
    series("3", JSON.parse('{"__proto__":"x","constructor":"y","le":"+Inf"}') as object),
  ];
  const bounds = Array.from({ length: 150_000 }, (_, index) => series("1", { le: String(index) }));
  const client = await openFake((at, query) =>
    vector([...hostile, ...(query.includes("_bucket") ? bounds : [])].map((each) => each(at))),
  );
  const traffic = new PrometheusTraffic({ client, scrapeIntervalMs: 15_000, now: () => 1_000_000 });
  const { rows } = await traffic.sum({ startMs: 0, endMs: 960_000 });
  expect(rows.length).toBeGreaterThan(0);
  for (const { count, durations } of rows) {
    expect(Number.isFinite(count)).toBe(true);
    expect(durations.length).toBeLessThan(1000);
  }
});
