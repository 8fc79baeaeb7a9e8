import { expect, test } from "vitest";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { NOBODY } from "#core/telemetry/traffic-key.ts";
import { StandardMetrics } from "#server/telemetry/query/standard-metrics.ts";
import { fc } from "#testing/fc.ts";

const IDLE_MS = 3_600_000;
const rule = {
  isDisabled: false,
  tags: new Map([
    ["response_code", undefined],
    ["response_flags", undefined],
    ["destination_service", undefined],
    ["destination_service_name", undefined],
    ["destination_service_namespace", undefined],
  ]),
};
const RULES = new Map([["REQUEST_COUNT", rule] as const]);

class Scraped {
  now = 0;
  readonly metrics: StandardMetrics;
  readonly keys = new Map<string, TrafficKey>();

  constructor(resting = 50) {
    this.metrics = new StandardMetrics({ now: () => this.now, limits: { perAccount: 6, inSum: 6, resting } });
    this.metrics.exportBy(() => RULES);
  }

  add(service: string, responseCode: number, count = 1): TrafficKey {
    const name = `${service} ${responseCode}`;
    const key = this.keys.get(name) ?? { ...NOBODY, sourcePrincipal: "a", destinationService: service, responseCode };
    this.keys.set(name, key);
    const figures = {
      requestBytes: 0,
      responseBytes: 0,
      durationSumMs: 0,
      opened: 0,
      durations: [],
      requestSizes: [],
      responseSizes: [],
    };
    this.metrics.add({ startMs: 0, key, count, ...figures });
    return key;
  }

  /** What is counted of requests, by labels. */
  read(): ReadonlyMap<string, number> {
    const lines = [...this.metrics.text()].join("").split("\n");
    return new Map(
      lines
        .filter((line) => line.startsWith("istio_requests_total{"))
        .map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
    );
  }

  get only(): number | undefined {
    const all = [...this.read().values()];
    expect(all.length).toBeLessThanOrEqual(1);
    return all[0];
  }
}

test("a sum keeps what a series had that is idle, or that retention took, and ends with the last of them", () => {
  const at = new Scraped();
  at.add("s", 200, 10);
  const dropped = at.add("s", 404, 5);
  at.add("s", 503, 3);
  expect(at.only).toBe(18);
  at.metrics.drop([dropped]);
  expect(at.only).toBe(18);
  at.now = IDLE_MS + 1;
  at.add("s", 200, 1);
  at.metrics.dropIdle();
  expect(at.only).toBe(19);
  // One that comes again begins at 0, and the sum goes on.
  at.add("s", 503, 2);
  expect(at.only).toBe(21);
  at.now *= 3;
  at.metrics.dropIdle();
  expect(at.only).toBeUndefined();
  at.add("s", 200, 4);
  expect(at.only).toBe(4);
});

test("no sum goes down between two scrapes, whatever ends between them", () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant("add" as const),
      service: fc.nat(5),
      code: fc.constantFrom(200, 404, 503),
    }),
    fc.record({ kind: fc.constant("drop" as const), at: fc.nat(8) }),
    fc.record({ kind: fc.constant("idle" as const), ms: fc.constantFrom(1, IDLE_MS / 2 + 1) }),
    fc.record({ kind: fc.constant("scrape" as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { minLength: 30, maxLength: 60 }), (steps) => {
      const at = new Scraped(2);
      let before = at.read();
      for (const each of steps) {
        if (each.kind === "add") at.add(`s${each.service}`, each.code);
        else if (each.kind === "drop") at.metrics.drop([...at.keys.values()].slice(each.at, each.at + 1));
        else if (each.kind === "idle") {
          at.now += each.ms;
          at.metrics.dropIdle();
        } else {
          const after = at.read();
          for (const [labels, count] of after) expect(count).toBeGreaterThanOrEqual(before.get(labels) ?? 0);
          before = after;
        }
      }
    }),
    { numRuns: 300 },
  );
});
