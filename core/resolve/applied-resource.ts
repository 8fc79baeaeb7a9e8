import type { MeshReader } from "#core/resolve/mesh-reader.ts";
import type { Labels } from "#core/resource/labels.ts";

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
  /** The service's own. */
  readonly namespace: string;
  /** Of each of its instances; where there are none, what it selects. */
  readonly labelSets: readonly Labels[];
}
