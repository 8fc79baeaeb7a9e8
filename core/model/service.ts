import type { Port } from "#core/model/port.ts";
import type { Source } from "#core/model/source.ts";
import type { Workload } from "#core/model/workload.ts";
import type { Labels } from "#core/resource/labels.ts";

/**
 * How the endpoints of a service are found: not at all (connections go where they were meant to), as written or selected, by DNS, or
 * by DNS for whichever name each call asks for.
 */
export type Resolution = "none" | "static" | "dns" | "dns-round-robin" | "dynamic-dns";

/** Whether each call says itself where it goes, so that nobody is written or selected. */
export function isFoundByCall(resolution: Resolution): boolean {
  return resolution === "none" || resolution === "dynamic-dns";
}

/** What one object says of the services at its hosts; several that are alike make up one service. */
export interface ServiceDeclaration {
  readonly source: Source;
  readonly namespace: string;
  /** When the object was made, in ISO 8601; absent where it is not saved yet. */
  readonly createdAt?: string;
  /** The object's own, not those of whoever answers. */
  readonly labels: Labels;
  /** In the form in which hosts are compared, each once. */
  readonly hosts: readonly string[];
  /** Each number once. */
  readonly ports: readonly Port[];
  readonly resolution: Resolution;
  /** Whoever answers there belongs to the mesh; what is not said to is outside, and takes no mTLS of the mesh's. */
  readonly isInMesh: boolean;
  /** Labels of who answers; absent where endpoints are written. */
  readonly selector: Labels | undefined;
  /** Namespaces that see it: empty for all, `.` for its own, `*`, names. */
  readonly exportTo: readonly string[];
  /** Identities that answer for it, beside those of its endpoints. */
  readonly subjectAltNames: readonly string[];
  /** Where callers may mean it by: addresses and CIDR ranges, as written. */
  readonly addresses: readonly string[];
  readonly endpoints: readonly Workload[];
}

/** A host that can be called, as callers in one namespace see it. */
export interface Service
  extends Omit<ServiceDeclaration, "source" | "createdAt" | "hosts" | "endpoints" | "labels" | "exportTo"> {
  readonly host: string;
  /** The one that decides all but ports and endpoints, and those that add ports and endpoints. */
  readonly declarations: readonly [ServiceDeclaration, ...ServiceDeclaration[]];
}
