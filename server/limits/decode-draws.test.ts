import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import type { Draw } from "#core/rate-limit/lease-message.ts";
import { decodeDraws, encodeDraws } from "#proto/lease-codec.ts";

const RUN = randomUUID();
const DRAW: Draw = {
  ...{ agent: `shop/web-0 ${RUN}`, key: "shop/limit|all||", lease: 3, account: 1, used: 5, counted: 2 },
  ...{ spent: [{ amount: 3, agoMs: 0.25 }], idle: 1, pending: 2, needs: [1, 2], want: 4 },
};
const decode = (draws: readonly Draw[], run: string = RUN) =>
  decodeDraws(encodeDraws({ instance: "shop/web-0", run, draws }));

test("what an agent draws is read as it was written, and is of its own run", () => {
  expect(decode([{ ...DRAW, agent: "another" }]).draws).toEqual([DRAW]);
});

const NONSENSE = [NaN, Infinity, -Infinity, -1e6, 0.5, 2 ** 53];
type Case = readonly [name: string, change: Partial<Draw>];
const changed = (name: string, change: (value: number) => Partial<Draw>): Case[] =>
  NONSENSE.map((value) => [`${name} ${value}`, change(value)]);
test.each<Case>([
  ...(["lease", "account", "used", "idle", "pending", "want"] as const).flatMap((name) =>
    changed(name, (value) => ({ [name]: value })),
  ),
  ...changed("counted", (counted) => ({ counted, used: 2 ** 53 - 1 })),
  ...changed("needs", (need) => ({ needs: [1, need] })),
  ["needs 0", { needs: [0] }],
  ...changed("spent.amount", (amount) => ({ spent: [{ amount, agoMs: 0 }] })),
  ...[NaN, Infinity, -1e15].map((agoMs): Case => [`spent.ago_ms ${agoMs}`, { spent: [{ amount: 1, agoMs }] }]),
  ["more counted than used", { counted: 6 }],
  ["a key that is too long", { key: "k".repeat(647) }],
  ["too many needs", { needs: Array.from({ length: 1001 }, () => 1) }],
])("a draw with %s is refused", (_, change) => {
  expect(() => decode([{ ...DRAW, ...change }])).toThrow(expect.objectContaining({ code: "invalid" }));
});

test.each([
  ["itself", [RUN]],
  ["no run", ["r"]],
  ["too many", Array.from({ length: 33 }, () => randomUUID())],
])("a run goes on from other runs and from few: not from %s", (_, goesOnFrom) => {
  expect(() => decodeDraws(encodeDraws({ instance: "shop/web-0", run: RUN, goesOnFrom, draws: [] }))).toThrow(
    "goes_on_from must be at most 32 UUIDs of other runs",
  );
});

test("a message has at most a thousand draws, of a run that is a UUID", () => {
  expect(decode(Array.from({ length: 1000 }, () => DRAW)).draws).toHaveLength(1000);
  expect(() => decode(Array.from({ length: 1001 }, () => DRAW))).toThrow("more than 1000 draws");
  expect(() => decode([DRAW], "r")).toThrow("run must be a UUID");
});
