import type { Diagnostic } from "#core/diagnostic.ts";
import type { Kind } from "#core/kinds/kinds.ts";
import type { KeyFacts } from "#core/registry/list-keys.ts";
import type { ReachedService } from "#core/resolve/explain-reach.ts";
import type { ConcernedTraffic } from "#core/traffic/concerned-traffic.ts";

/** One resource in a list. */
export interface ResourceSummary {
  /** `VirtualService/default/reviews` */
  readonly ref: string;
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  /** The revision that last wrote it: what an edit sends back as expectedVersion. */
  readonly resourceVersion: number;
  readonly updatedAt: string;
  readonly author: string;
  readonly hosts: readonly string[];
  /** What it does, in a line; empty where that takes more than the resource to tell. */
  readonly effect: string;
  readonly diagnostics: readonly Diagnostic[];
}

export interface ResourceDetail extends ResourceSummary {
  /** The document as its author wrote it, comments included. */
  readonly text: string;
  /** Where the keys are that it has fetched, and what became of that. */
  readonly keys?: readonly KeyView[];
}

/** The services that a resource bears on. */
export interface ReachView {
  /** The first hundred. */
  readonly services: readonly ReachedService[];
  readonly count: number;
  /** Services of the mesh that were not asked: there are too many. */
  readonly unasked: number;
}

export interface KeyView {
  readonly location: string;
  /** ISO time of those that are used; null: none, and what they would check is refused. */
  readonly fetchedAt: string | null;
  /** Why the last try failed; null while it did not. */
  readonly error: string | null;
  /** ISO time of the next try; null: it is being made. */
  readonly nextAt: string | null;
  /** Those that are used. */
  readonly keys: readonly KeyFacts[];
}

export interface ChangedResource {
  readonly ref: string;
  readonly op: "created" | "updated" | "deleted";
  readonly before?: string;
  readonly after?: string;
}

export interface HistoryFilter {
  /** Only revisions that changed this resource. */
  readonly ref?: string | undefined;
  readonly limit: number;
  /** Only revisions with a smaller number: the next page. */
  readonly before?: number | undefined;
  /** Only those written in this time, in ms since the epoch. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

export interface RevisionSummary {
  readonly revision: number;
  readonly parent: number | null;
  readonly author: string;
  readonly reason: string;
  /** ISO time. */
  readonly at: string;
  readonly changed: readonly { readonly ref: string; readonly op: ChangedResource["op"] }[];
}

export interface RevisionDetail extends Omit<RevisionSummary, "changed"> {
  readonly changed: readonly ChangedResource[];
}

export interface ApplyResult {
  /** Null when nothing differed and no revision was made. */
  readonly revision: number | null;
  readonly changed: readonly ChangedResource[];
  readonly unchanged: readonly string[];
  /** What is wrong with what was sent, and, where it was written, what it brought that was not there before, on any resource. */
  readonly diagnostics: readonly Diagnostic[];
  /** Findings that it ended. */
  readonly resolved?: readonly Diagnostic[];
}

export interface CheckView {
  /** It would be written; what is wrong all the same is in the diagnostics. */
  readonly ok: boolean;
  readonly diagnostics: readonly Diagnostic[];
  /** Findings that it would end. */
  readonly resolved: readonly Diagnostic[];
}

/** What a change would do, before it is saved. */
export interface PreviewView extends CheckView {
  readonly changed: readonly ChangedResource[];
  readonly unchanged: readonly string[];
  /** xDS resources that would change, with how many proxies hold each. */
  readonly xds: readonly {
    readonly type: string;
    readonly name: string;
    readonly op: "added" | "changed" | "removed";
    readonly proxies: number;
    /** JSON text. */
    readonly before?: string;
    readonly after?: string;
  }[];
  /** Of all, also of those that are left out of `xds`. */
  readonly xdsCount: number;
  readonly proxies: readonly {
    readonly id: string;
    readonly workload: string;
    readonly namespace: string;
    /** Measured over the last minute; null when nothing was recorded. */
    readonly requestsPerSecond: number | null;
  }[];
  /** Traffic of the last minute that the changes bear on; null where nothing was measured. */
  readonly traffic: ConcernedTraffic | null;
}
