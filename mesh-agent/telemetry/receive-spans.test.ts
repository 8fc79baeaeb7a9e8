import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SpanReceiver } from "#mesh-agent/telemetry/receive-spans.ts";

const SPAN = { traceId: "463ac35c9f6413ad48485a3953bb6124", id: "a2fb4a1d1a96d312", timestamp: 1_472_470_996_199_000 };
const MEGABYTE = 1024 * 1024;

let dir: string;
let socketPath: string;
let spans: SpanReceiver;

async function start(): Promise<void> {
  spans = new SpanReceiver(() => ({ workload: "it-v1", namespace: "default", app: "it", version: "v1" }));
  await spans.listen(socketPath);
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "pharos-spans-"));
  socketPath = join(dir, "spans.sock");
  await start();
});
afterEach(async () => {
  await spans.close();
  rmSync(dir, { recursive: true });
});

/** The status of the answer. */
async function post(body: string, path = "/api/v2/spans", method = "POST"): Promise<number | undefined> {
  const sent = request({ socketPath, path, method });
  sent.end(body);
  const [response] = await once(sent, "response");
  response.resume();
  return response.statusCode;
}

/** A span with so much text. */
const large = (bytes: number): string => JSON.stringify([{ ...SPAN, tags: { text: "x".repeat(bytes) } }]);

test("spans are held until they are taken, and come back when nobody could store them", async () => {
  expect(await post(JSON.stringify([SPAN, SPAN]))).toBe(202);
  expect(await post("[]")).toBe(202);
  const taken = spans.take();
  expect(taken.length).toBe(1);
  expect(spans.take()).toEqual([]);
  spans.giveBack(taken);
  expect(spans.take()).toEqual(taken);
  expect(spans.dropped).toBe(0);
});

test("what is not Zipkin's is refused, counted and not held", async () => {
  expect(await post("spans")).toBe(400);
  expect(await post(JSON.stringify([{ ...SPAN, id: "?" }]))).toBe(400);
  expect(spans.dropped).toBe(2);
  expect(await post("[]", "/v1/traces")).toBe(404);
  expect(await post("", "/api/v2/spans", "GET")).toBe(404);
  expect(spans.take()).toEqual([]);
});

test("a post of more than four megabytes is refused; beyond eight held, posts are dropped; each is counted", async () => {
  expect(await post(large(5 * MEGABYTE))).toBe(413);
  expect(spans.dropped).toBe(1);
  for (let index = 0; index < 3; index += 1) expect(await post(large(3 * MEGABYTE))).toBe(202);
  expect(spans.take().length).toBe(2);
  expect(spans.dropped).toBe(2);
  expect(await post(JSON.stringify([SPAN]))).toBe(202);
});

test("only its user may open the socket, and one that a killed agent left is taken over", async () => {
  expect(statSync(socketPath).mode & 0o777).toBe(0o600);
  const left = spans;
  await start();
  expect(await post(JSON.stringify([SPAN]))).toBe(202);
  expect([left.take().length, spans.take().length]).toEqual([0, 1]);
  await left.close();
});
