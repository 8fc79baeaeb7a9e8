import { expect, test } from "vitest";
import { KIND_NAMES } from "#core/kinds/kinds.ts";
import { randomResource } from "#server/envoy/testing/random-resource.ts";
import { makeRandom } from "#server/envoy/testing/random-world.ts";

const DRAWS = 500;

test("random worlds have resources of every kind", () => {
  const random = makeRandom(1);
  const drawn = new Set(Array.from({ length: DRAWS }, () => randomResource(random, "s0", "default").kind));
  expect([...drawn].sort()).toEqual([...KIND_NAMES].sort());
});
