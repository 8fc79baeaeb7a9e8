// All that changes are tried with, apart from the thread that reads them: a thread that only reads holds none of it.
import { createHash } from "node:crypto";
import type { Snapshot, SnapshotChange } from "#core/registry/snapshot.ts";
import type { Hash } from "#server/envoy/encode.ts";
import type { PreviewCalls } from "#server/preview/protocol.ts";
import { RehearsalRoom } from "#server/preview/rehearsal-room.ts";
import { SimulationRoom } from "#server/preview/simulation-room.ts";

const hash: Hash = (bytes) => createHash("sha1").update(bytes).digest("hex").slice(0, 16);

/** The configuration as the thread was told it, and what changes of it would do. */
export class TrialRoom implements Pick<PreviewCalls, "findings" | "rehearse" | "simulate"> {
  readonly #room: RehearsalRoom;
  readonly #simulations: SimulationRoom;

  constructor(snapshot: Snapshot) {
    const room = new RehearsalRoom(snapshot, hash);
    this.#room = room;
    this.#simulations = new SimulationRoom(() => room.snapshot(), hash);
  }

  apply(change: SnapshotChange): void {
    this.#room.apply(change);
    this.#simulations.forget();
  }

  readonly findings: PreviewCalls["findings"] = (...asked) => this.#room.findings(...asked);

  readonly rehearse: PreviewCalls["rehearse"] = (...asked) => this.#room.rehearse(...asked);

  readonly simulate: PreviewCalls["simulate"] = (...asked) => this.#simulations.simulate(...asked);
}
