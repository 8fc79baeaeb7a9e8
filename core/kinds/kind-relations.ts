import type { KindCheck } from "#core/check/rule.ts";
import type { Kind } from "#core/kinds/kinds.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { ExplainedResource, ServiceQuestion } from "#core/resolve/applied-resource.ts";
import type { AnyResource, Resource } from "#core/resource/resource.ts";
import type { Path } from "#core/schema/path.ts";
import type { ChangeOf, ConcernContext, Concerning } from "#core/traffic/concern.ts";

/** What a kind means beside other resources; what it is by itself says its `KindDefinition`. */
export interface KindRelations<K extends Kind> {
  /** What can be wrong between it and others; none keeps a change from being saved. */
  readonly checks: readonly KindCheck<K>[];
  /** What is written in it as a resource of another kind would be, and where; it is checked as those are. */
  inside?(resource: Resource<K>): readonly { readonly resource: AnyResource; readonly path: Path }[];
  /** Whether a resource bears on a service, and why; undefined where nobody would think it did. */
  explain?(resource: Resource<K>, question: ServiceQuestion): ExplainedResource | undefined;
  /** Whether the proxy of a workload can be given what a resource has files for; absent where none has. */
  reaches?(resource: Resource<K>, workload: Pick<WorkloadInstance, "namespace" | "labels">): boolean;
  /** Whether what that workload's host lacks keeps the resource from its purpose; absent where it does of every workload it reaches. */
  isMeantFor?(resource: Resource<K>, workload: Pick<WorkloadInstance, "namespace">): boolean;
  /** The measured traffic that a change of it bears on. */
  concern(change: ChangeOf<K>, context: ConcernContext): Concerning;
}
