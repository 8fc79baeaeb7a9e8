import { mostInWindow } from "#core/rate-limit/testing/most-in-window.ts";
import { LimitFleet } from "#testing/limits/limit-fleet.ts";
import { SkewedLoad } from "#testing/limits/skewed-load.ts";
import { type Cleanup, eventually } from "#testing/test-agent.ts";

export interface ContractOptions {
  readonly agents: number;
  readonly amount: number;
  readonly perMs: number;
  readonly whenUncoordinated: "Share" | "Allow" | "Deny";
}

/** What was seen while something was done to the fleet. */
export interface Observed {
  readonly what: string;
  readonly seconds: number;
  readonly admitted: number;
  /** In any window, as a part of the amount. */
  readonly worst: number;
  /** Of all that there was, or was asked for where that was less: on a busy host the load asks for less than it is made for. */
  readonly given: number;
  /** Answers by status. */
  readonly answers: Readonly<Record<string, number>>;
}

const limitOf = ({ amount, perMs, whenUncoordinated }: ContractOptions): string => `
apiVersion: limits.pharos.dev/v1
kind: RateLimit
metadata: { name: contract, namespace: default }
spec:
  selector: { matchLabels: { app: api } }
  whenUncoordinated: ${whenUncoordinated}
  rules: [{ name: all, limit: { amount: ${amount}, per: ${perMs}ms } }]
`;

/** A fleet under more load than its limit lets through, half of it at the first agent, half of the rest at the second, and so on. */
export class ContractRun {
  readonly fleet: LimitFleet;
  readonly #options: ContractOptions;
  readonly #loads: readonly SkewedLoad[];

  private constructor(fleet: LimitFleet, options: ContractOptions, loads: readonly SkewedLoad[]) {
    this.fleet = fleet;
    this.#options = options;
    this.#loads = loads;
  }

  static async open(cleanup: Cleanup, options: ContractOptions, workers: number): Promise<ContractRun> {
    const fleet = await LimitFleet.open(cleanup, options.agents, limitOf(options));
    // Three times what there is: more would only keep what was killed from starting.
    const pauseMs = (workers * options.perMs) / (3 * options.amount);
    const loads = fleet.members.map(
      ({ port }, index) => new SkewedLoad(port, Math.max(1, Math.round(workers / 2 ** (index + 1))), pauseMs),
    );
    cleanup.add(() => Promise.all(loads.map((load) => load.stop())));
    return new ContractRun(fleet, options, loads);
  }

  #statuses(): Record<string, number> {
    const all: Record<string, number> = {};
    for (const { statuses } of this.#loads)
      for (const [status, count] of statuses) all[status] = (all[status] ?? 0) + count;
    return all;
  }

  /** What is admitted while `during` goes on; what came before counts in the windows at its beginning. */
  async observe(what: string, during: () => Promise<void>): Promise<Observed> {
    const { amount, perMs } = this.#options;
    const { admitted } = this.fleet.app;
    const before = this.#statuses();
    const fromMs = performance.now();
    await during();
    const untilMs = performance.now();
    const own = admitted.filter(({ seenMs }) => seenMs >= fromMs && seenMs < untilMs);
    const answers = Object.entries(this.#statuses()).map(
      ([status, count]) => [status, count - (before[status] ?? 0)] as const,
    );
    const asked = answers.reduce((sum, [, count]) => sum + count, 0);
    const around = admitted.filter(({ seenMs }) => seenMs >= fromMs - 2 * perMs && seenMs < untilMs);
    return {
      ...{ what, seconds: (untilMs - fromMs) / 1000, admitted: own.length },
      worst: mostInWindow(around, perMs) / amount,
      given: own.length / Math.min(asked, (amount * (untilMs - fromMs)) / perMs),
      answers: Object.fromEntries(answers),
    };
  }

  /** Resolves when so many more were admitted. */
  async more(count: number): Promise<void> {
    const { admitted } = this.fleet.app;
    const until = admitted.length + count;
    await eventually(`${count} more are admitted`, () => (admitted.length >= until ? true : undefined));
  }
}
