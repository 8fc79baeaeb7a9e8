import { setTimeout as delay } from "node:timers/promises";
import { ContractRun, type Observed } from "#testing/limits/hold-contract.ts";
import { Cleanup } from "#testing/test-agent.ts";
import { readFlags } from "./read-flags.ts";
import { printReport } from "./report.ts";

/** The published contract of limits (docs/adr/0045-limits.md), held against a control plane and agents with their Envoys, which are killed and cut off under load. */
export async function run(args: readonly string[]): Promise<void> {
  const values = readFlags(args, { agents: "6", amount: "200", per: "1000", workers: "32", seconds: "20", kills: "8" });
  const numbers = { agents: Number(values.agents), amount: Number(values.amount), perMs: Number(values.per) };
  const seconds = Number(values.seconds);
  const kills = Number(values.kills);
  const observed: (Observed & { readonly allowed: number })[] = [];
  const cleanup = new Cleanup();
  const open = (whenUncoordinated: "Deny" | "Share") =>
    ContractRun.open(cleanup, { ...numbers, whenUncoordinated }, Number(values.workers));
  const watch = async (run: ContractRun, allowed: number, what: string, during: () => Promise<void>): Promise<void> => {
    const seen = await run.observe(what, during);
    process.stderr.write(
      `${what}: worst ${seen.worst.toFixed(4)} of at most ${allowed.toFixed(3)}, ${JSON.stringify(seen)}\n`,
    );
    observed.push({ ...seen, allowed });
  };
  try {
    const strict = await open("Deny");
    await strict.more(3 * numbers.amount);
    await watch(strict, 1, "skewed load", () => delay(seconds * 1000));
    await watch(strict, 1, `agents killed, ${kills} times`, async () => {
      for (let round = 0; round < kills; round += 1) {
        await strict.fleet.killAgent(round % numbers.agents);
        await delay(500);
        strict.fleet.startAgent(round % numbers.agents);
        await strict.more(2 * numbers.amount);
      }
    });
    await watch(strict, 1, `owner killed, ${kills} times`, async () => {
      for (let round = 0; round < kills; round += 1) {
        await strict.fleet.killOwner();
        await strict.fleet.startOwner();
        await strict.more(2 * numbers.amount);
      }
    });
    await cleanup.run();
    const sharing = await open("Share");
    await sharing.more(3 * numbers.amount);
    await watch(sharing, 1 + 1 / numbers.agents, "one agent cut off (Share)", async () => {
      sharing.fleet.relay.cut();
      await delay(seconds * 500);
      sharing.fleet.relay.mend();
      await delay(seconds * 250);
    });
    await watch(sharing, 2, "owner away (Share)", async () => {
      await sharing.fleet.killOwner();
      await delay(seconds * 500);
      await sharing.fleet.startOwner();
      await delay(seconds * 250);
    });
  } finally {
    await cleanup.run();
  }
  printReport(
    values.output,
    { ...numbers, observed },
    {
      title: `limits: ${numbers.amount} in ${numbers.perMs} ms over ${numbers.agents} agents, each with its Envoy`,
      sides: ["allowed", "worst window", "given", "admitted", "seconds"],
      rows: observed.map(({ what, allowed, worst, given, admitted, seconds: long }) => ({
        what,
        values: [allowed, worst.toFixed(4), given.toFixed(4), String(admitted), long],
      })),
      notes: [
        "worst window: the most that was admitted in any window, as a part of the amount; given: of all that there was in the time, or was asked for where that was less.",
      ],
    },
  );
}
