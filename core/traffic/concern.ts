import type { Kind } from "#core/kinds/kinds.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { MeshSettings } from "#core/registry/snapshot.ts";
import type { AnyResource, Resource } from "#core/resource/resource.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";
import type { CalledWorkloads } from "#core/traffic/called-workloads.ts";
import type { CountedTraffic } from "#core/traffic/counted-traffic.ts";
import type { ReplayedLimit } from "#core/traffic/replayed-limit.ts";

/** A resource as it is and as it will be; one of them is missing where it is created or deleted. */
export interface ResourceChange {
  readonly before: AnyResource | undefined;
  readonly after: AnyResource | undefined;
}

/** A change of a resource of one kind. */
export interface ChangeOf<K extends Kind> {
  readonly before: Resource<K> | undefined;
  readonly after: Resource<K> | undefined;
}

/** Those that there are: before, then after. */
export function versionsOf<K extends Kind>({ before, after }: ChangeOf<K>): Resource<K>[] {
  return [before, after].filter((each) => each !== undefined);
}

export interface ConcernInput {
  readonly changes: readonly ResourceChange[];
  /** As it is now. */
  readonly resources: readonly AnyResource[];
  readonly instances: readonly WorkloadInstance[];
  readonly mesh: Pick<MeshSettings, "trustDomain" | "domainSuffix" | "rootNamespace" | "proxies">;
  readonly rows: readonly TrafficRow[];
  /** Of the time that rows are of: what rules say of methods and paths is held against these. */
  readonly samples: readonly RequestRecord[];
  /** The time that rows are of. */
  readonly seconds: number;
}

/** The same with what was looked up of it once. */
export interface ConcernContext extends ConcernInput {
  readonly called: CalledWorkloads;
  /** Those of which the mesh's identities are. */
  readonly trustDomains: readonly string[];
}

/** How much of a row a change bears on: from 0 to 1, and whether that is the most it can be. */
export interface Concern {
  readonly share: number;
  readonly isUpperBound: boolean;
}

/** Of one change: what it counts in words, and how much of each row. */
export interface Concerning {
  readonly basis: string;
  readonly of: (traffic: CountedTraffic) => Concern;
  /** Of RateLimits and Quotas, what they would have refused. */
  readonly replayed?: readonly ReplayedLimit[] | undefined;
}

export const NOT_CONCERNED: Concern = { share: 0, isUpperBound: false };
export const CONCERNED: Concern = { share: 1, isUpperBound: false };
