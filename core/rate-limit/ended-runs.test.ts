import { expect, test } from "vitest";
import { EndedRuns, RUNS_MAX } from "#core/rate-limit/ended-runs.ts";

const open = () => new EndedRuns((agent) => agent.split(" ")[0] ?? agent);

test("of an instance no more runs are remembered than a few, whatever it names; those of others stay, and are none of its own", () => {
  const ended = open();
  ended.end("web-0 first", "web-0 next");
  ended.end("db-0 old", undefined);
  for (let run = 0; run < 10 * RUNS_MAX; run += 1) ended.end(`web-0 ${run}`, "web-0 next");
  expect(ended.before("web-0 next")).toHaveLength(RUNS_MAX);
  expect(ended.has("web-0 first")).toBe(false);
  expect([ended.before("db-0 new"), ended.has("db-0 old")]).toEqual([["db-0 old"], true]);
});

test("a run says what goes on of those that it went on from, and of those that none did", () => {
  const ended = open();
  ended.end("web-0 a", "web-0 c");
  ended.end("web-0 b", undefined);
  expect(ended.before("web-0 c")).toEqual(["web-0 a", "web-0 b"]);
  expect(ended.before("web-0 d")).toEqual(["web-0 b"]);
  ended.keep(new Set(["web-0 b"]));
  expect([ended.has("web-0 a"), ended.before("web-0 c")]).toEqual([false, ["web-0 b"]]);
  ended.forget("web-0 b");
  expect(ended.before("web-0 d")).toEqual([]);
});
