import { beforeEach, expect, test } from "vitest";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { packHistogram } from "#core/telemetry/histogram.ts";
import { NOBODY, textOfKey } from "#core/telemetry/traffic-key.ts";
import { SeriesBook, type SeriesLimits } from "#server/telemetry/query/series-book.ts";
import { labelsOf } from "#server/telemetry/query/standard-labels.ts";
import { fc } from "#testing/fc.ts";

const LIMITS: SeriesLimits = { perAccount: 100, inSum: 200, resting: 50 };
let now: number;
let told: string[];
let book: SeriesBook;

beforeEach(() => {
  now = 0;
  told = [];
  book = makeBook(LIMITS);
});

function makeBook(limits: SeriesLimits): SeriesBook {
  return new SeriesBook({ now: () => now, limits, onFolded: (account) => void told.push(account) });
}

const keyOf = (account: string, to: string, more: Partial<TrafficKey> = {}): TrafficKey => ({
  ...NOBODY,
  sourcePrincipal: account,
  destinationService: to,
  responseCode: 200,
  ...more,
});

function add(key: TrafficKey, count = 1, into = book): void {
  into.add({
    startMs: 0,
    key,
    count,
    requestBytes: 2 * count,
    responseBytes: 3 * count,
    durationSumMs: 4,
    opened: 0,
    durations: packHistogram([[0, count]]),
    requestSizes: [],
    responseSizes: [],
  });
}

/** One request to each of so many services. */
function callMany(account: string, services: number): void {
  for (let id = 0; id < services; id += 1) add(keyOf(account, `s${id}`));
}

const of = (account: string) => [...book.values()].filter(({ key }) => key.sourcePrincipal === account);
const names = (account: string): string[] => of(account).map(({ key }) => key.destinationService);
const requests = (of: Iterable<{ readonly count: number }>): number =>
  [...of].reduce((sum, { count }) => sum + count, 0);
/** Requests in the account's bucket for the rest. */
const restOf = (account: string): number =>
  requests(of(account).filter(({ key }) => key.destinationService === NOBODY.destinationService));

test("an account at its limit has its share of series and one for the rest, and is told of; every request is counted", () => {
  callMany("hostile", 1000);
  expect(of("hostile")).toHaveLength(101);
  expect(requests(of("hostile"))).toBe(1000);
  expect(restOf("hostile")).toBe(900);
  expect(new Set(told)).toEqual(new Set(["hostile"]));
});

test("accounts that come late keep their names, however many came before with all they may have", () => {
  callMany("hostile-1", 1000);
  callMany("hostile-2", 1000);
  callMany("hostile-3", 1000);
  told = [];
  callMany("late", 50);
  expect(names("late")).toEqual(Array.from({ length: 50 }, (_, id) => `s${id}`));
  expect(told).not.toContain("late");
  expect(book.size).toBeLessThanOrEqual(LIMITS.inSum + LIMITS.resting);
});

test("places are shared evenly once all are taken", () => {
  for (const account of ["a", "b", "c", "d"]) callMany(account, 1000);
  callMany("a", 1000);
  const named = ["a", "b", "c", "d"].map((account) => {
    const before = new Map(of(account).map((series) => [series.key.destinationService, series.count]));
    callMany(account, 1000);
    return of(account).filter(({ key, count }) => count > (before.get(key.destinationService) ?? 0)).length;
  });
  expect(Math.max(...named) - Math.min(...named)).toBeLessThanOrEqual(1);
  expect(Math.min(...named)).toBeGreaterThanOrEqual(LIMITS.inSum / 4 - 1);
});

test("a series that gives way is the one with the fewest requests, and stays as it is: no request is counted a second time", () => {
  for (let id = 0; id < 100; id += 1) add(keyOf("large", `s${id}`), id === 7 ? 1 : 1000);
  callMany("other", 100);
  add(keyOf("late", "x"));
  expect(restOf("large")).toBe(0);
  add(keyOf("large", "s7"), 5);
  expect(of("large").find(({ key }) => key.destinationService === "s7")?.count).toBe(1);
  expect(restOf("large")).toBe(5);
});

test("series that ended make room: names that found none have their own again", () => {
  const keys = Array.from({ length: 150 }, (_, id) => keyOf("a", `s${id}`));
  for (const key of [...keys, ...keys]) add(key);
  // The 100th gave way to the series for the rest.
  expect(restOf("a")).toBe(50 + 51);
  now = 10;
  for (const key of keys.slice(149)) add(key);
  book.dropIdle(10);
  expect(of("a")).toHaveLength(1);
  told = [];
  for (const key of keys.slice(51)) add(key);
  expect(of("a")).toHaveLength(100);
  expect(told).toEqual([]);
});

test("a series that gave way goes on where it rested once there is room", () => {
  for (let id = 0; id < 99; id += 1) add(keyOf("large", `s${id}`), 1000);
  callMany("other", 100);
  now = 10;
  add(keyOf("large", "little"));
  add(keyOf("late", "x"));
  book.dropIdle(10);
  add(keyOf("large", "little"));
  expect(of("large").map(({ key, count }) => [key.destinationService, count])).toEqual([["little", 2]]);
});

test("a series goes with the last key that retention took away, and its place with it", () => {
  const keys = Array.from({ length: 100 }, (_, id) => keyOf("a", `s${id}`));
  for (const key of keys) add(key);
  book.drop(keys);
  expect(book.size).toBe(0);
  callMany("a", 100);
  expect(names("a")).toHaveLength(100);
});

test("700 codes of one application are a few and their classes, beside which what standards have keeps its name", () => {
  const large = makeBook({ perAccount: 1000, inSum: 8000, resting: 2000 });
  for (let code = 100; code < 800; code += 1) add(keyOf("caller", "hostile", { responseCode: code }), 1, large);
  for (let status = 17; status < 999; status += 1)
    add(keyOf("caller", "hostile", { protocol: "grpc", grpcStatus: String(status) }), 1, large);
  add(keyOf("caller", "honest", { responseCode: 404 }), 3, large);
  const codes = (to: string) =>
    [...large.values()].filter(({ key }) => key.destinationService === to).map(({ key }) => key.responseCode);
  expect(codes("hostile").length).toBeLessThan(110);
  for (const code of [100, 200, 300, 400, 404, 500]) expect(codes("hostile")).toContain(code);
  expect(codes("honest")).toEqual([404]);
  expect(requests(large.values())).toBe(700 + 982 + 3);
});

test("a code that finds no place is counted by its class beside the same names", () => {
  add(keyOf("a", "s0", { responseCode: 500 }));
  callMany("a", 99);
  add(keyOf("a", "s0", { responseCode: 503 }));
  add(keyOf("a", "s0", { responseCode: 742 }));
  expect(of("a").find(({ key }) => key.responseCode === 500)?.count).toBe(3);
  expect(restOf("a")).toBe(0);
});

type Scrape = ReadonlyMap<string, { readonly count: number; readonly responseBytes: number }>;
const scrapeOf = (of: SeriesBook): Scrape =>
  new Map([...of.values()].map(({ key, count, responseBytes }) => [labelsOf(key), { count, responseBytes }]));
/** As Prometheus' `increase` sees it: a series that vanished took nothing away, and one that fell began anew. */
const increase = (before: Scrape, after: Scrape, figure: "count" | "responseBytes"): number =>
  [...after].reduce((sum, [name, figures]) => {
    const last = before.get(name)?.[figure] ?? 0;
    return sum + (figures[figure] >= last ? figures[figure] - last : figures[figure]);
  }, 0);

test("whatever comes, what grows from one scrape to the next is what was counted, labels differ, and the whole is bounded", () => {
  const limits = { perAccount: 6, inSum: 12, resting: 3 };
  const label = fc.integer({ min: 0, max: 9 });
  const step = fc.record({
    account: label,
    to: label,
    code: fc.constantFrom(0, 200, 404, 503, 742, 60_000),
    protocol: fc.constantFrom("http" as const, "grpc" as const, "tcp" as const),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: "max" }), (steps) => {
      const small = makeBook(limits);
      // The label book has one object for equal labels.
      const keys = new Map<string, TrafficKey>();
      let grown = { count: 0, responseBytes: 0 };
      let seen: Scrape = new Map();
      for (const { account, to, code, protocol } of steps) {
        const fresh = keyOf(`a${account}`, `s${to}`, { responseCode: code, protocol });
        const key = keys.get(textOfKey(fresh)) ?? fresh;
        keys.set(textOfKey(key), key);
        add(key, 1, small);
        const scrape = scrapeOf(small);
        grown = {
          count: grown.count + increase(seen, scrape, "count"),
          responseBytes: grown.responseBytes + increase(seen, scrape, "responseBytes"),
        };
        seen = scrape;
      }
      const all = [...small.values()];
      expect(grown).toEqual({ count: steps.length, responseBytes: 3 * steps.length });
      expect(new Set(all.map(({ key }) => labelsOf(key))).size).toBe(all.length);
      // Beside them the one of all accounts: by protocol and class.
      expect(all.length).toBeLessThanOrEqual(limits.inSum + limits.resting + 9);
    }),
  );
});
