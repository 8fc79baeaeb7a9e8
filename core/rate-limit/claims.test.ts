import { expect, test } from "vitest";
import { LeaseOwner } from "#core/rate-limit/lease-owner.ts";
import { capacityOf, type Limit } from "#core/rate-limit/limit.ts";
import { fc, seed } from "#testing/fc.ts";

const TTL_MS = 400;

const units = fc.oneof(fc.nat(20), fc.nat({ max: Number.MAX_SAFE_INTEGER }));
const claim = fc.record({
  afterMs: fc.nat(600),
  agent: fc.constantFrom("liar-1", "liar-2"),
  lease: fc.nat(200),
  account: fc.nat(2),
  used: units,
  counted: units,
  spent: fc.array(fc.record({ amount: units, agoMs: fc.oneof(fc.nat(2000), fc.constant(-1e15)) }), { maxLength: 4 }),
  idle: units,
  pending: units,
  needs: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 4 }),
  want: units,
});
const limits: fc.Arbitrary<Limit> = fc.oneof(
  fc.record({ amount: fc.constantFrom(1, 10, 1000), perMs: fc.constantFrom(200, 1000) }),
  fc.record({
    amount: fc.constantFrom(1, 10, 1000),
    perMs: fc.constantFrom(200, 1000),
    burst: fc.constantFrom(1, 7, 600),
  }),
);

test(`whatever agents claim, when it is over all there is is there again, and nothing more (FUZZ_SEED=${seed})`, () => {
  fc.assert(
    fc.property(limits, fc.array(claim, { maxLength: 40 }), (limit, claims) => {
      const owner = new LeaseOwner({ ttlMs: TTL_MS, drift: 0.01, keysMax: 1, limitOf: () => limit });
      const most = capacityOf(limit);
      let nowMs = 1e9;
      for (const { afterMs, ...rest } of claims) {
        nowMs += afterMs;
        owner.draw({ ...rest, key: "k" }, nowMs);
        expect(owner.keyOf("k")?.held ?? 0).toBeLessThanOrEqual(2 * most);
      }
      nowMs += 2 * TTL_MS + limit.perMs * (2 + most / limit.amount);
      const ask = { agent: "honest", key: "k", account: 0, used: 0, counted: 0, spent: [], pending: 0, want: 0 };
      expect(owner.draw({ ...ask, lease: 1, idle: 0, needs: [most] }, nowMs).granted).toBe(most);
      expect(owner.draw({ ...ask, agent: "another", lease: 1, idle: 0, needs: [1] }, nowMs).granted).toBe(0);
    }),
    { seed, numRuns: 300 },
  );
});
