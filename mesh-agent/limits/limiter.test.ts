import { join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { afterEach, expect, test } from "vitest";
import type { Draw } from "#core/rate-limit/lease-message.ts";
import type { LedgerJournal } from "#core/rate-limit/ledger-journal.ts";
import { readDescriptor } from "#core/simulate/limits/read-descriptor.ts";
import { readLimitSet } from "#core/simulate/limits/read-limit-set.ts";
import { LimitMembers } from "#mesh-agent/limits/limit-members.ts";
import { Limiter, type Verdict } from "#mesh-agent/limits/limiter.ts";
import { LimitRule_Alone, LimitRule_Unit, LimitSetSchema } from "#proto/gen/pharos/limits/v1/limits_pb.js";
import { silentLogger } from "#testing/loggers.ts";
import { Cleanup, temporaryDir } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const ANYBODY = {
  policies: {
    all: {
      permissions: [{ rule: { case: "any" as const, value: true } }],
      principals: [{ identifier: { case: "any" as const, value: true } }],
    },
  },
};
const RULE = {
  ...{ policy: "shop/tried", name: "all", amount: 5, perMs: 1000, keysMax: 10, enforcePercent: 100 },
  ...{ isShadow: true, cost: { request: 1, most: 1 } },
};

test("what a rule that is only tried says too late is told with the next request that it counts, once, whether that one is in time or not", async () => {
  const draws: Draw[] = [];
  const members = new LimitMembers(join(temporaryDir(cleanup), "members"), silentLogger);
  const limiter = new Limiter(
    { agent: "run", send: (draw) => void draws.push(draw), keysMax: 10, retryMs: 60_000, patienceMs: 60_000 },
    members,
  );
  const rules = readLimitSet(toBinary(LimitSetSchema, create(LimitSetSchema, { rules: [RULE] })));
  const decide = () => new Promise<Verdict>((done) => limiter.decide(rules, readDescriptor([]), done));
  const told = async () => (await decide()).counted.map(({ isAdmitted, isTried }) => [isAdmitted, isTried]);
  const answer = (granted: number, waitMs: number): void => {
    const { key = "", lease = 0 } = draws.pop() ?? {};
    limiter.answer([{ key, lease, granted, isAmple: false, ttlMs: 60_000, left: 0, waitMs, members: 1 }]);
  };
  expect(await told()).toEqual([]);
  answer(0, 1);
  expect(await told()).toEqual([[false, true]]);
  expect(await told()).toEqual([]);
  answer(3, 0);
  const admitted = [true, true];
  expect(await told()).toEqual([admitted, admitted]);
  expect(await told()).toEqual([admitted]);
});

test("who is counted by another rule, as a plan has it, is neither counted nor exempt", async () => {
  const members = new LimitMembers(join(temporaryDir(cleanup), "members"), silentLogger);
  const limiter = new Limiter(
    { agent: "run", send: () => undefined, keysMax: 10, retryMs: 60_000, patienceMs: 60_000 },
    members,
  );
  const decide = (more: object) => {
    const set = create(LimitSetSchema, { rules: [{ ...RULE, isPerInstance: true, isShadow: false, ...more }] });
    const rules = readLimitSet(toBinary(LimitSetSchema, set));
    return new Promise<Verdict>((done) => limiter.decide(rules, readDescriptor([]), done));
  };
  const said = async (more: object) => {
    const { counted, exemptFrom } = await decide(more);
    return [counted.length, exemptFrom.length];
  };
  expect(await said({})).toEqual([1, 0]);
  expect(await said({ exempt: ANYBODY })).toEqual([0, 1]);
  expect(await said({ without: ANYBODY })).toEqual([0, 0]);
  expect(await said({ exempt: ANYBODY, without: ANYBODY })).toEqual([0, 0]);
});

test.each([
  ["of its end nobody tells, as much as was known before", undefined, 900],
  ["it ends, all that it cost", { status: 200, bytes: 950, told: new Map() }, 950],
])("of a request that lasts is in the journal, when %s", async (_, ended, units) => {
  let written = 0;
  const journal: LedgerJournal = {
    took(_key, more) {
      written += more;
      return true;
    },
    returned(_key, less) {
      written -= less;
    },
    drew: () => undefined,
    closed: () => undefined,
  };
  const members = new LimitMembers(join(temporaryDir(cleanup), "members"), silentLogger);
  const limiter = new Limiter(
    { agent: "run", send: () => undefined, keysMax: 10, retryMs: 60_000, patienceMs: 0, journal },
    members,
  );
  const bytes = { ...RULE, isShadow: false, amount: 1000, unit: LimitRule_Unit.BYTES };
  const rule = { ...bytes, quota: {}, whenAlone: LimitRule_Alone.ALLOW };
  const rules = readLimitSet(toBinary(LimitSetSchema, create(LimitSetSchema, { rules: [rule] })));
  const decided = new Promise<Verdict>((done) => limiter.decide(rules, readDescriptor([]), done));
  limiter.tick();
  const { ending } = await decided;
  ending?.grow({ status: 200, bytes: 900, told: new Map() });
  expect(written).toBe(900);
  ending?.end(ended);
  expect(written).toBe(units);
});
