import type { Kind } from "#core/kinds/kinds.ts";
import type { ResolvedRule } from "#core/resolve/destination-rule.ts";
import type { MeshReader } from "#core/resolve/mesh-reader.ts";
import type { PolicedWorkload } from "#core/resolve/policies.ts";
import type { Labels } from "#core/resource/labels.ts";
import type { Resource, ResourceRef } from "#core/resource/resource.ts";

/** A resource that bears on a service or workload, and why. */
export interface AppliedResource {
  readonly ref: string;
  readonly applies: boolean;
  readonly reason: string;
  readonly path?: string;
}

/** The same of a resource that is asked about, and so known. */
export type ExplainedResource = Omit<AppliedResource, "ref">;

/** Whether a resource bears on this service. */
export interface ServiceQuestion {
  readonly reader: MeshReader;
  readonly host: string;
  /** Something declares a service of this host, whoever sees it; else VirtualServices alone name it. */
  readonly isDeclared: boolean;
  /** The service's own. */
  readonly namespace: string;
  /** Who answers there. */
  readonly running: readonly PolicedWorkload[];
  /** Of its groups those of which nobody does: a policy over them guards whoever comes. */
  readonly waiting: readonly PolicedWorkload[];
  /** Namespaces from which it may look otherwise than from any other, and one that stands for those. */
  readonly callers: readonly string[];
  /** The same of all services of these hosts and patterns. */
  callersAt(patterns: readonly string[]): readonly string[];
  /** All of a kind. */
  all<K extends Kind>(kind: K): readonly Resource<K>[];
  /** VirtualServices that name one as a delegate of theirs. */
  delegatingTo(ref: ResourceRef): readonly Resource<"VirtualService">[];
  /** The rules as callers in a namespace have them; without labels, those that no rule chooses. */
  rulesFor(namespace: string, labels?: Labels): ResolvedRule | undefined;
}
