import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { Capture } from "#mesh-agent/capture/capture.ts";
import { CaptureConfigSchema } from "#mesh-agent/capture/capture-config.ts";
import { readMark } from "#mesh-agent/capture/capture-mark.ts";
import { planCapture } from "#mesh-agent/capture/capture-plan.ts";
import { FIREWALLS, type Firewall, NFTABLES } from "#mesh-agent/capture/firewall.ts";
import { silentLogger } from "#testing/loggers.ts";
import { Cleanup, temporaryDir } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
afterAll(() => cleanup.run());
let mark: string;
let stands: boolean;
beforeEach(() => {
  mark = join(temporaryDir(cleanup), "captures");
  stands = false;
});

/** Rules in no kernel. */
const FIREWALL: Firewall = {
  ...NFTABLES,
  install: async () => {
    stands = true;
    return undefined;
  },
  remove: async () => {
    stands = false;
  },
  isInstalled: async () => stands,
  hasLeft: async () => stands,
};

function makeCapture(firewall: Firewall = FIREWALL): Capture {
  const plan = () => planCapture(CaptureConfigSchema.parse({}), [], { kind: "gid", id: 1337 });
  return new Capture({ firewall, plan, whenDead: "closed", mark, log: silentLogger });
}

test("after a stop nothing brings the rules back", async () => {
  const capture = makeCapture();
  capture.follow(true);
  await capture.settled;
  await capture.stop();
  capture.follow(true);
  capture.settle();
  await capture.settled;
  expect(stands).toBe(false);
});

test("the mark is there until the rules are gone, also where they cannot be removed", async () => {
  const refuses = async (): Promise<void> => {
    throw new Error("no");
  };
  const capture = makeCapture({ ...FIREWALL, remove: refuses });
  capture.follow(true);
  await capture.settled;
  await capture.stop();
  expect(readFileSync(mark, "utf8")).toBe("nftables");
  expect(capture.problem).toContain("no");
});

test("a mark says whose rules there may be; where it says nothing, everybody's", () => {
  expect(readMark(mark)).toEqual([]);
  writeFileSync(mark, "iptables");
  expect(readMark(mark).map(({ name }) => name)).toEqual(["iptables"]);
  writeFileSync(mark, "");
  expect(readMark(mark)).toEqual(FIREWALLS);
});
