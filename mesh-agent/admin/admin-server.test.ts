import { request as httpRequest } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AdminServer } from "#mesh-agent/admin/admin-server.ts";
import { fc, seed } from "#testing/fc.ts";
import { loggerTo } from "#testing/loggers.ts";

let server: AdminServer;
let port: number;
let log: string[];
let metrics: () => Promise<string>;
let notes: () => readonly string[];

beforeEach(async () => {
  log = [];
  metrics = async () => "a 1\n";
  notes = () => [];
  const pages = { unreadiness: () => [], notes: () => notes(), metrics: () => metrics() };
  server = new AdminServer(
    pages,
    loggerTo((level, message) => log.push(`${level} ${message}`)),
  );
  port = await server.listen("127.0.0.1", 0);
});
afterEach(() => server.close());

const ask = (path: string, method = "GET"): Promise<number> =>
  new Promise((done, fail) => {
    httpRequest({ port, path, method, agent: false }, (answer) => {
      answer.resume().once("close", () => done(answer.statusCode ?? 0));
    })
      .once("error", fail)
      .end();
  });

test.each([
  ["/healthz", 200],
  ["/healthz?verbose", 200],
  ["/readyz", 200],
  ["/metrics", 200],
  ["/", 404],
  ["//", 404],
  ["//healthz", 404],
  ["///", 404],
  ["/%", 404],
  ["http://[", 404],
  ["\\\\", 400],
])("%s is answered with %i", async (path, status) => {
  expect(await ask(path)).toBe(status);
});

test("only GET and HEAD are answered", async () => {
  expect(await ask("/healthz", "POST")).toBe(405);
  expect(await ask("/healthz", "HEAD")).toBe(200);
});

test("a page that breaks is a status of 500 and a line, and the others are served", async () => {
  notes = () => {
    throw new Error("broken");
  };
  metrics = () => Promise.reject(new Error("broken"));
  expect(await ask("/healthz")).toBe(500);
  expect(await ask("/metrics")).toBe(500);
  expect(await ask("/readyz")).toBe(200);
  expect(log).toEqual(["error a page failed"]);
});

test(`no path ends it (FUZZ_SEED=${seed})`, async () => {
  const odd = fc.constantFrom("/", "//", "%", "%2f", ":", "[", "]", "@", "?", "#", "\\", "..", "http:", "healthz");
  const path = fc.array(odd, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(""));
  await fc.assert(
    fc.asyncProperty(path, async (each) => {
      const status = await ask(each);
      expect(status).toBeLessThan(500);
    }),
    { seed, numRuns: 200 },
  );
});
