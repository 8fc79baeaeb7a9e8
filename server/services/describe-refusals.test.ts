import { expect, test } from "vitest";
import { PharosError } from "#core/errors.ts";
import type { StandingRefusal } from "#core/xds/standing-refusal.ts";
import { currentRefusals } from "#server/services/current-refusals.ts";
import { describeRefusals } from "#server/services/describe-refusals.ts";

const REFUSAL: StandingRefusal = {
  type: "LDS",
  resource: "0.0.0.0_8080",
  message: "error adding listener",
  origins: [{ resource: "Gateway/default/web", path: "spec.servers[0]" }],
  workloads: ["default/ingress", "default/egress"],
};

test("what proxies refuse is an error of the object that it was made from, at its place", () => {
  expect(describeRefusals([REFUSAL])).toEqual([
    {
      severity: "error",
      code: "refused-by-envoy",
      resource: "Gateway/default/web",
      path: ["spec", "servers", 0],
      message: "envoy refused LDS 0.0.0.0_8080: error adding listener",
      hint: "at default/ingress, default/egress, where the last good configuration is kept",
    },
  ]);
});

test("it is told once of each object, and of none where it was made from none", () => {
  const [first] = REFUSAL.origins;
  const origins = [first ?? { resource: "" }, { resource: "Gateway/default/web" }, { resource: "Gateway/default/b" }];
  expect(describeRefusals([{ ...REFUSAL, origins }]).map(({ resource }) => resource)).toEqual([
    "Gateway/default/web",
    "Gateway/default/b",
  ]);
  expect(describeRefusals([{ ...REFUSAL, origins: [] }])).toEqual([]);
});

test("of many workloads the first few are named, and a cause on the host is told as one that may pass", () => {
  const workloads = Array.from({ length: 7 }, (_, index) => `default/w${index}`);
  const [told] = describeRefusals([{ ...REFUSAL, workloads, message: "cannot bind '0.0.0.0:8080'" }]);
  expect(told?.hint).toBe(
    "at default/w0, default/w1, default/w2, default/w3, default/w4 and 2 more, where the last good configuration is kept; its cause is on the host, and it is offered again by itself",
  );
});

test("each time it is asked anew, and while nobody can be asked there is nothing", async () => {
  let answer: () => Promise<readonly StandingRefusal[]> = async () => {
    throw new PharosError("unavailable", "the thread is being started");
  };
  const ask = currentRefusals({ refusals: () => answer() });
  expect(await ask()).toEqual([]);
  answer = () => Promise.reject(new TypeError("x is not a function"));
  await expect(ask()).rejects.toThrow("x is not a function");
  answer = async () => [REFUSAL];
  expect(await ask()).toHaveLength(1);
  answer = async () => [];
  expect(await ask()).toEqual([]);
});
