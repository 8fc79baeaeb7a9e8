import { expect, test } from "vitest";
import { encodeCounts, encodeExtras } from "#mesh-agent/telemetry/encode-report.ts";
import { EntryFolder } from "#mesh-agent/telemetry/fold-entries.ts";
import { lineOf, OWN } from "#mesh-agent/telemetry/testing/lines.ts";
import { fc, seed } from "#testing/fc.ts";

const START = 1_772_366_400_000;
const CALLS = 40_000;
/** Calls between two reports. */
const BATCH = 2000;

/** Folds so many lines in batches; all windows there were. */
function foldAll(folder: EntryFolder, lineAt: (index: number) => string) {
  const windows = [];
  let folded = 0;
  for (let index = 0; index < CALLS; index += 1) {
    folder.addLine(lineAt(index));
    if ((index + 1) % BATCH !== 0) continue;
    const batch = folder.take();
    windows.push(...batch.windows);
    folded += batch.foldedRequests;
  }
  return { windows, folded };
}

const totalOf = (windows: readonly { readonly count: bigint }[]): bigint =>
  windows.reduce((sum, { count }) => sum + count, 0n);

test("40,000 made-up hosts are a hundred names and one 'unknown'; every call is counted, and samples tell some names", () => {
  const folder = new EntryFolder(OWN, Math.random, () => START);
  const unrouted = { uc: null, uh: null, up: null, uw: null, c: 404, f: "NR" };
  const { windows, folded } = foldAll(folder, (index) => lineOf({ ...unrouted, a: `h${index}.made.up:80` }));
  const services = new Set(windows.map(({ destinationService }) => destinationService));
  expect(services.size).toBe(101);
  expect(services).toContain("unknown");
  expect(totalOf(windows)).toBe(BigInt(CALLS));
  expect(folded).toBe(CALLS - 100);
  folder.addLine(lineOf({ ...unrouted, a: "late.made.up" }));
  expect(folder.take().samples.map(({ authority, destinationService }) => [authority, destinationService])).toEqual([
    ["late.made.up", "unknown"],
  ]);
});

test("a host with a cluster is counted by its service, however many hosts were made up before", () => {
  const folder = new EntryFolder(OWN, Math.random, () => START);
  foldAll(folder, (index) => lineOf({ uc: null, a: `h${index}.made.up` }));
  folder.addLine(lineOf());
  expect(folder.take().windows.map(({ destinationService }) => destinationService)).toEqual([
    "reviews.default.svc.cluster.local",
  ]);
});

test("40,000 values of a label that a Telemetry asks for are a hundred and one 'other', and another label's are its own", () => {
  const folder = new EntryFolder(OWN, Math.random, () => START);
  const { windows, folded } = foldAll(folder, (index) =>
    lineOf({ mt: { "request.host": `h${index}.made.up`, "request.method": "GET" } }),
  );
  const tags = new Set(windows.map((window) => window.tags));
  expect(tags.size).toBe(101);
  expect(tags).toContain('{"request.host":"other","request.method":"GET"}');
  expect(totalOf(windows)).toBe(BigInt(CALLS));
  expect(folded).toBe(CALLS - 100);
});

test("what is called as an operation is and says anything else is a value that stays on its host", () => {
  const folder = new EntryFolder(OWN, Math.random, () => START);
  const { windows } = foldAll(folder, (index) => lineOf({ mt: { "@0abc": index % 2 === 0 ? "true" : `v${index}` } }));
  expect(new Set(windows.map(({ tags }) => tags))).toEqual(new Set(['{"@0abc":"true"}', '{"@0abc":"redacted"}']));
});

test("of two labels that callers choose together there are a thousand sets of values, and one of the rest", () => {
  const folder = new EntryFolder(OWN, Math.random, () => START);
  const { windows } = foldAll(folder, (index) =>
    lineOf({ mt: { "request.host": `h${index % 90}`, "request.url_path": `/${Math.floor(index / 90) % 90}` } }),
  );
  const tags = new Set(windows.map((window) => window.tags));
  expect(tags.size).toBe(1001);
  expect(tags).toContain('{"request.host":"other","request.url_path":"other"}');
  expect(totalOf(windows)).toBe(BigInt(CALLS));
});

test("a caller that says it is 40,000 workloads uses up its own identity's names, and no other's", () => {
  const folder = new EntryFolder(OWN, Math.random, () => START);
  const inbound = { dir: "inbound", uc: "inbound|9080||", up: null, uw: null, tv: "TLSv1.3", lp: 15123 };
  const dp = "spiffe://cluster.local/ns/default/sa/hostile";
  const { windows } = foldAll(folder, (index) => lineOf({ ...inbound, dp, pw: `w${index};default;w;v1` }));
  expect(new Set(windows.map(({ sourceWorkload }) => sourceWorkload)).size).toBe(51);
  expect(totalOf(windows)).toBe(BigInt(CALLS));
  folder.addLine(lineOf({ ...inbound, dp: dp.replace("hostile", "web"), pw: "web-v1;default;web;v1" }));
  expect(folder.take().windows[0]).toMatchObject({ sourceWorkload: "web-v1" });
});

test("names are forgotten after a day", () => {
  let now = START;
  const folder = new EntryFolder(OWN, Math.random, () => now);
  foldAll(folder, (index) => lineOf({ uc: null, a: `h${index}.made.up` }));
  now += 24 * 3600 * 1000;
  folder.addLine(lineOf({ uc: null, a: "new.made.up" }));
  expect(folder.take().windows[0]).toMatchObject({ destinationService: "new.made.up" });
});

test(`no line keeps those after it from being reported (FUZZ_SEED=${seed})`, () => {
  const value = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.double(),
    fc.integer(),
    fc.constantFrom("-", "", "1e400", "-1", "0x10", "NaN", "999999999999999999999", "1.5", "é".repeat(2000)),
    fc.constant(null),
    fc.boolean(),
    fc.array(fc.string(), { maxLength: 2 }),
    fc.object({ maxDepth: 1, maxKeys: 2 }),
  );
  const names = Object.keys(JSON.parse(lineOf()) as object);
  const fields = fc.dictionary(fc.constantFrom(...names.filter((name) => name !== "dir")), value, { maxKeys: 8 });
  const dir = fc.constantFrom("outbound", "inbound", "gateway");
  const whole = fc.tuple(dir, fields).map(([each, some]) => lineOf({ ...some, dir: each }));
  const broken = fc.tuple(whole, fc.nat(400), fc.string()).map(([line, at, put]) => line.slice(0, at) + put);
  fc.assert(
    fc.property(fc.array(fc.oneof(whole, broken, fc.string()), { maxLength: 20 }), (lines) => {
      const folder = new EntryFolder(OWN);
      for (const line of lines) folder.addLine(line);
      folder.addLine(lineOf());
      const { windows, samples, requests } = folder.take();
      expect(Number(totalOf(windows))).toBe(requests);
      encodeCounts(windows, []);
      encodeExtras(samples, []);
    }),
    { seed, numRuns: 500 },
  );
});

test("callers in plain text are told apart by sixteen addresses; with a certificate by none", () => {
  const folder = new EntryFolder(OWN, Math.random, () => START);
  const plain = { dir: "inbound", pw: null, dp: null };
  const { windows } = foldAll(folder, (index) => lineOf({ ...plain, ra: `10.0.${index >> 8}.${index & 255}` }));
  const addresses = new Set(windows.map(({ sourceAddress }) => sourceAddress));
  expect(addresses.size).toBe(17);
  expect(addresses).toContain("other");
  expect(totalOf(windows)).toBe(BigInt(CALLS));
  folder.addLine(lineOf({ ...plain, dp: "spiffe://cluster.local/ns/default/sa/caller", ra: "10.0.0.1" }));
  expect(folder.take().windows.map(({ sourceAddress }) => sourceAddress)).toEqual([""]);
});
