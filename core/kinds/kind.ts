import type { Diagnostic } from "#core/diagnostic.ts";
import type { Metadata } from "#core/kinds/document.ts";
import type { Handled } from "#core/schema/field.ts";

/** A resource as its own kind sees it. */
export interface Written<S> {
  readonly metadata: Metadata;
  readonly spec: S;
}

/** The API groups that are read, with the versions of each; the first is the one that is written. */
export const GROUPS = {
  "networking.istio.io": ["v1", "v1beta1", "v1alpha3"],
  "security.istio.io": ["v1", "v1beta1"],
} as const;

/** All that is particular to a kind of resource and needs nothing but the resource itself. `S` is the type of its spec. */
export interface KindDefinition<S = unknown> {
  readonly group: keyof typeof GROUPS;
  /** As kubectl and istioctl call it. */
  readonly plural: string;
  readonly short: string;
  /** On whose pages of the console it is read and edited. */
  readonly area: "traffic" | "security";
  /** Of its spec. */
  readonly schema: Handled<S>;
  /** What the fields say against each other, as Istio's webhook would; they are right one by one. */
  validate(resource: Written<S>): Diagnostic[];
  /** The spec of a new document; what only the author can know is left empty, for validation to name. */
  readonly template: object;
  /** The host names it is about, as written; absent where it is about workloads. */
  hosts?(spec: S): readonly string[];
  /**
   * What it does, in a line for a list; absent where that takes more than the resource. `rootNamespace` is where a policy
   * is for the whole mesh.
   */
  effect?(resource: Written<S>, rootNamespace: string): string;
}

export function defineKind<S>(definition: KindDefinition<S>): KindDefinition<S> {
  return definition;
}
