import type { ServicePort } from "#core/kinds/service-entry/schema.ts";
import type { Resource } from "#core/resource/resource.ts";

/** A host that can be called. */
export interface Service {
  readonly host: string;
  readonly namespace: string;
  readonly ports: readonly ServicePort[];
  /** The ServiceEntry that decides all but ports and endpoints. */
  readonly entry: Resource<"ServiceEntry">;
  /** It, and those that add ports and endpoints. */
  readonly entries: readonly Resource<"ServiceEntry">[];
}
