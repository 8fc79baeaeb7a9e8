import type { Diagnostic } from "#core/diagnostic.ts";
import type { Metadata } from "#core/kinds/document.ts";
import type { Handled } from "#core/schema/field.ts";

/** A resource as its own kind sees it. */
export interface Written<S> {
  readonly metadata: Metadata;
  readonly spec: S;
}

/** All that is particular to a kind of resource and needs nothing but the resource itself. `S` is the type of its spec. */
export interface KindDefinition<S = unknown> {
  readonly group: "networking.istio.io" | "security.istio.io";
  /** As kubectl and istioctl call it. */
  readonly plural: string;
  readonly short: string;
  /** Of its spec. */
  readonly schema: Handled<S>;
  /** What the fields say against each other, as Istio's webhook would; they are right one by one. */
  validate(resource: Written<S>): Diagnostic[];
  /** The spec of a new document; what only the author can know is left empty, for validation to name. */
  readonly template: object;
}

export function defineKind<S>(definition: KindDefinition<S>): KindDefinition<S> {
  return definition;
}
