import type { Diagnostic } from "#core/diagnostic.ts";
import type { Snapshot, SnapshotChange } from "#core/registry/snapshot.ts";
import type { ConfigChange } from "#core/resource/config-change.ts";
import type { Path } from "#core/schema/path.ts";
import type { ConcernInput } from "#core/traffic/concern.ts";
import type { ConcernedTraffic } from "#core/traffic/concerned-traffic.ts";
import type { PreviewView } from "#core/view/config.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import type { PlannedChanges } from "#server/config/plan-changes.ts";
import type { WireError } from "#server/mesh/wire-error.ts";
import type { Simulation } from "#server/preview/simulation-room.ts";
import type { SimulatedQuestion } from "#server/preview/simulator.ts";
import type { ChangedName } from "#server/xds/count-takers.ts";

/** Findings of the whole configuration that a change would bring, and those it would end. */
export interface FindingsDelta {
  /** Also those on the resources that are changed, whether or not they had them before. */
  readonly findings: readonly Diagnostic[];
  readonly resolved: readonly Diagnostic[];
}

/** What was measured of late, by both ends. */
export type MeasuredTraffic = Pick<ConcernInput, "rows" | "samples" | "seconds">;

/** What a change would do to xDS, to the findings and to the traffic that was measured. */
export interface Rehearsal extends FindingsDelta {
  /** The revision that the change was held against. */
  readonly revision: number;
  /** Those that are shown: the first of `changed`. */
  readonly xds: readonly Omit<PreviewView["xds"][number], "proxies">[];
  /** Every resource that would change. Who takes it is known where proxies are served. */
  readonly changed: readonly ChangedName[];
  /** What of the traffic the change bears on; null where nothing was measured. */
  readonly traffic: ConcernedTraffic | null;
  /** Requests per second in and out, by `namespace/workload`. */
  readonly throughput: ReadonlyMap<string, number>;
}

/** Paths whose lines in one text are asked for. */
export interface Located {
  readonly text: string;
  readonly paths: readonly Path[];
}

/** Threads of this kind, each with its own queue. */
export type ThreadName = "preview" | "apply";

/** What the thread does; all of it may take long and none of it bears on proxies or people. */
export interface PreviewCalls {
  /** Reads the documents. */
  read(changes: readonly ConfigChange[]): Promise<PlannedChanges>;
  /** 1-based lines, per text those of its paths; null where there is none. */
  locate(texts: readonly Located[]): readonly (readonly (number | null)[])[];
  /** Where what was found stands in the texts of the changes. */
  place(diagnostics: readonly Diagnostic[], changes: readonly ConfigChange[]): readonly Diagnostic[];
  /** `standing`: what was given and changes nothing, of which all is told too. */
  findings(change: SnapshotChange, standing?: readonly string[]): FindingsDelta;
  rehearse(change: SnapshotChange, nodes: readonly ProxyNode[], measured: MeasuredTraffic): Rehearsal;
  simulate(question: SimulatedQuestion, change: SnapshotChange | null, nodes: readonly ProxyNode[]): Simulation;
}

export type ToPreview =
  | { readonly kind: "state"; readonly snapshot: Snapshot }
  /** The configuration or the registry moved on. */
  | { readonly kind: "change"; readonly change: SnapshotChange }
  | {
      readonly kind: "call";
      readonly id: number;
      readonly method: keyof PreviewCalls;
      readonly args: readonly unknown[];
    };

export interface FromPreview {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: WireError;
}
