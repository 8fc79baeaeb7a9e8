import { PharosError } from "#core/errors.ts";
import type { Snapshot, SnapshotChange } from "#core/registry/snapshot.ts";
import type { Outcomes } from "#core/simulate/outcome.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import type { Hash } from "#server/envoy/encode.ts";
import { type SimulatedQuestion, Simulator } from "#server/preview/simulator.ts";
import { MeshState } from "#server/services/mesh-state.ts";

/** What would come of a request now, and under a change. */
export interface Simulation {
  readonly now: Outcomes;
  /** Null where no change was asked about. */
  readonly changed: Outcomes | null;
}

/** Answers questions about the configuration as it is, and as it would be with a change. */
export class SimulationRoom {
  readonly #snapshot: () => Snapshot;
  readonly #hash: Hash;
  /** Of the configuration as it is, for these nodes. */
  #kept: { readonly simulator: Simulator; readonly nodes: string } | undefined;

  constructor(snapshot: () => Snapshot, hash: Hash) {
    this.#snapshot = snapshot;
    this.#hash = hash;
  }

  /** The configuration or the registry moved on. */
  forget(): void {
    this.#kept = undefined;
  }

  simulate(question: SimulatedQuestion, change: SnapshotChange | null, nodes: readonly ProxyNode[]): Simulation {
    const node = nodes.find(({ id }) => id === question.from);
    if (node === undefined)
      throw new PharosError("not-found", `no proxy ${question.from} is connected`, {
        hint: "`pharos proxy-status` lists those that are",
      });
    if (node.metadata.GENERATOR === "grpc")
      throw new PharosError("invalid", `${node.name} reads xDS itself: gRPC clients are not simulated`);
    const now = this.#simulator(nodes).ask(node, question);
    if (change === null) return { now, changed: null };
    const state = new MeshState(this.#snapshot());
    state.apply(change);
    return { now, changed: new Simulator(state.snapshot(), nodes, this.#hash).ask(node, question) };
  }

  #simulator(nodes: readonly ProxyNode[]): Simulator {
    const text = JSON.stringify(nodes);
    if (this.#kept?.nodes !== text)
      this.#kept = { simulator: new Simulator(this.#snapshot(), nodes, this.#hash), nodes: text };
    return this.#kept.simulator;
  }
}
