import { expect, test } from "vitest";
import type { Distribution, Refusal } from "#core/view/mesh.ts";
import { reachedButForOlder } from "#server/services/reached-but-for-older.ts";

const OLD: Refusal = {
  ...{ at: "2026-01-01T00:00:00Z", type: "LDS", resource: "0.0.0.0_9080", message: "unknown filter" },
  ...{ origins: [{ resource: "EnvoyFilter/default/bad", path: "spec.configPatches[0]" }] },
  ...{ isHeldWithout: true, wasHeldWithout: true },
};
const { wasHeldWithout: _, ...NEW } = OLD;

test.each([
  ["what it lacks was left out before, and is no part of the revision", [OLD], ["VirtualService/default/a"], "acked"],
  ["what it lacks was changed by the revision", [OLD], ["EnvoyFilter/default/bad"], "refused"],
  ["it is left out since the revision", [NEW], ["VirtualService/default/a"], "refused"],
  ["one of two is left out since the revision", [OLD, { ...NEW, resource: "b" }], [], "refused"],
] as const)("a proxy has a revision or has not: %s", async (_, refusals, changed, state) => {
  const proxy = { ...{ id: "a", workload: "a", namespace: "default", ackMs: 5 }, state: "refused" as const, refusals };
  const rollout: Distribution = {
    ...{ revision: 7, writtenAt: "2026-01-01T00:00:00Z", proxies: [proxy], away: [], isComplete: true },
  };
  const told = await reachedButForOlder(rollout, async () => changed);
  expect(told.proxies).toEqual([{ ...proxy, state }]);
});
