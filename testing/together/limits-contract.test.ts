import { afterEach, expect, test } from "vitest";
import { ContractRun } from "#testing/limits/hold-contract.ts";
import { Cleanup } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

test("agents and owner are killed under load: no window has more than the amount, and all of it is given again after", async () => {
  const options = { agents: 3, amount: 100, perMs: 500, whenUncoordinated: "Deny" } as const;
  const run = await ContractRun.open(cleanup, options, 16);
  const { fleet } = run;
  const { worst, answers } = await run.observe("kills", async () => {
    await run.more(400);
    await fleet.killAgent(0);
    await run.more(200);
    fleet.startAgent(0);
    await run.more(200);
    await fleet.killOwner();
    await fleet.killAgent(1);
    fleet.startAgent(1);
    await fleet.startOwner();
    await run.more(600);
  });
  expect(worst).toBeLessThanOrEqual(1);
  // There was more than it lets through.
  expect(answers[429]).toBeGreaterThan(0);
}, 180_000);
