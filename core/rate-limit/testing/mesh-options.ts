import type { Charge } from "#core/rate-limit/charge.ts";
import type { Limit } from "#core/rate-limit/limit.ts";

export interface Trouble {
  /** Of messages, each way. */
  readonly loss: number;
  readonly duplication: number;
  readonly delayMs: readonly [min: number, max: number];
  /** How often in a second, of the owner and of each agent. */
  readonly kills: { readonly owner: number; readonly agents: number };
  /** Whether the owner comes back without what it knew. */
  readonly losesState: boolean;
  /** Jumps of wall clocks in a second, and how far. */
  readonly jumps: number;
  readonly jumpMs: number;
  /** By how much clocks differ in pace. */
  readonly drift: number;
}

export const NO_TROUBLE: Trouble = {
  ...{ loss: 0, duplication: 0, delayMs: [0.2, 1], kills: { owner: 0, agents: 0 }, losesState: false },
  ...{ jumps: 0, jumpMs: 0, drift: 0 },
};

/** Requests of one kind, besides those that are drawn by chance. */
export interface Stream {
  /** That have to admit each. */
  readonly keys: readonly string[];
  /** In a second. */
  readonly rate: number;
  /** All at this one; without it, at any. */
  readonly agentAt?: number;
}

export interface MeshOptions {
  readonly seed: number;
  readonly agents: number;
  readonly limits: Readonly<Record<string, Limit>>;
  /** Requests in a second, of all agents. */
  readonly rate: number;
  /** 0: agents are alike; 1: the first has as many as all others. */
  readonly skew: number;
  readonly spanMs: number;
  readonly costs: number;
  /** Of admitted requests, those that cost nothing in the end. */
  readonly refunds: number;
  /** Of requests, those that have to be admitted by all keys. */
  readonly every: number;
  readonly trouble: Trouble;
  readonly whenUncoordinated: Charge["whenUncoordinated"];
  readonly streams?: Readonly<Record<string, Stream>>;
  /** Agents that do not reach the owner from half of the time on. */
  readonly cutOff?: number;
  /** How often in a second people begin a key anew. */
  readonly resets?: number;
  /** The first two agents run under the name of one instance. */
  readonly areTwins?: boolean;
  /** Requests last up to so long, and outlive their agent: its next run goes on with them. */
  readonly lastMs?: number;
}
