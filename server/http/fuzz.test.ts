import { request as httpRequest } from "node:http";
import { create, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiClient, connect } from "#cli/client/client.ts";
import { ExportTraceServiceRequestSchema } from "#proto/gen/opentelemetry/proto/collector/trace/v1/trace_service_pb.js";
import { appRouter } from "#server/api/router.ts";
import { fc, seed } from "#testing/fc.ts";
import { type Serve, startServe } from "#testing/start-serve.ts";

// The whole server, and what nobody means to send to its HTTP port.

const PROCEDURES = Object.keys(appRouter._def.procedures);
let serve: Serve;
let admin: ApiClient;
let token: string;

beforeAll(async () => {
  serve = await startServe();
  admin = connect({ dir: serve.dir });
  token = (await admin.access.createApiToken.mutate({ name: "fuzz", role: "admin" })).token;
});
afterAll(() => serve.stop());

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The status of the answer; 0 where the connection was closed without one. Throws on what Node's client does not send. */
const ask = ({ method, path, headers, body }: Asked): Promise<number> =>
  new Promise((done) => {
    const sent = httpRequest(serve.url, { method, path, headers, agent: false, timeout: 10_000 }, (answer) => {
      done(answer.statusCode ?? 0);
      answer.destroy();
    });
    sent.once("error", () => done(0)).once("timeout", () => done(599));
    sent.end(body);
  });

async function servesOn(): Promise<void> {
  expect((await fetch(`${serve.url}/readyz`)).status).toBe(200);
  expect(serve.log()).not.toContain("a request failed");
  expect(serve.log()).not.toContain("a fault that nothing caught");
}

const junk = fc.string({ unit: "grapheme-ascii", maxLength: 30 });
const headers = fc.dictionary(
  fc.constantFrom(
    "authorization",
    "cookie",
    "content-type",
    "content-encoding",
    "origin",
    "sec-fetch-site",
    "host",
    "x",
  ),
  fc.oneof(junk, fc.constantFrom("Bearer x", "pharos.session=%", "application/json", "gzip", "null", "http://[")),
  { maxKeys: 4 },
);

test(`paths, queries and headers (FUZZ_SEED=${seed})`, async () => {
  const root = fc.constantFrom(
    "/",
    "//",
    "/api/trpc/",
    "/api/trpc",
    "/api/auth/",
    "/v1/traces",
    "/metrics",
    "/healthz",
    "/%",
  );
  const rest = fc.constantFrom(
    "",
    "%",
    "%ff",
    "..",
    "?",
    "?input=%7B",
    "?batch=1",
    "?batch=1&input={",
    ",",
    "session.me",
  );
  const path = fc.tuple(root, fc.array(rest, { maxLength: 4 })).map(([first, parts]) => first + parts.join(""));
  const method = fc.constantFrom("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS");
  await fc.assert(
    fc.asyncProperty(method, path, headers, fc.uint8Array({ maxLength: 50 }), async (verb, to, with_, body) => {
      expect(await ask({ method: verb, path: to, headers: with_, body })).not.toBe(500);
    }),
    { seed, numRuns: 300 },
  );
  await servesOn();
});

test(`inputs of procedures (FUZZ_SEED=${seed})`, async () => {
  const input = fc.oneof(
    fc.jsonValue().map((value) => JSON.stringify(value)),
    fc
      .dictionary(fc.constantFrom("host", "id", "text", "limit", "startMs", "endMs", "ref", "number"), fc.jsonValue())
      .map((value) => JSON.stringify(value)),
    junk,
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...PROCEDURES), fc.boolean(), input, async (procedure, isPost, text) => {
      const status = await ask({
        method: isPost ? "POST" : "GET",
        path: `/api/trpc/${procedure}${isPost ? "" : `?input=${encodeURIComponent(text)}`}`,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: Buffer.from(isPost ? text : ""),
      });
      expect(status, `${procedure} ${text}`).not.toBe(500);
      expect(status).not.toBe(599);
    }),
    { seed, numRuns: 200 },
  );
  await servesOn();
});

test(`spans (FUZZ_SEED=${seed})`, async () => {
  const whole = toBinary(
    ExportTraceServiceRequestSchema,
    create(ExportTraceServiceRequestSchema, {
      resourceSpans: [
        {
          resource: { attributes: [{ key: "service.name", value: { value: { case: "stringValue", value: "a" } } }] },
          scopeSpans: [
            {
              spans: [
                {
                  traceId: Buffer.alloc(16, 1),
                  spanId: Buffer.alloc(8, 1),
                  name: "x",
                  startTimeUnixNano: BigInt(Date.now()) * 1_000_000n,
                  endTimeUnixNano: BigInt(Date.now()) * 1_000_000n + 1000n,
                  events: [{ name: "e", timeUnixNano: 1n }],
                },
              ],
            },
          ],
        },
      ],
    }),
  );
  const protobuf = fc
    .tuple(fc.nat(whole.length), fc.nat(6), fc.uint8Array({ maxLength: 6 }))
    .map(([at, cut, put]) => Buffer.concat([whole.subarray(0, at), Buffer.from(put), whole.subarray(at + cut)]));
  const json = fc.oneof(
    fc.jsonValue(),
    fc.record({ resourceSpans: fc.array(fc.record({ scopeSpans: fc.jsonValue(), resource: fc.jsonValue() })) }),
  );
  const asked = fc.oneof(
    protobuf.map((body) => ({ type: "application/x-protobuf", body })),
    json.map((value) => ({ type: "application/json", body: Buffer.from(JSON.stringify(value)) })),
    fc.uint8Array().map((body) => ({ type: "application/json", body: Buffer.from(body) })),
  );
  await fc.assert(
    fc.asyncProperty(asked, fc.constantFrom("", "gzip", "br"), async ({ type, body }, encoding) => {
      const status = await ask({
        method: "POST",
        path: "/v1/traces",
        headers: { authorization: `Bearer ${token}`, "content-type": type, "content-encoding": encoding },
        body,
      });
      expect([200, 400, 415]).toContain(status);
    }),
    { seed, numRuns: 200 },
  );
  await servesOn();
});
