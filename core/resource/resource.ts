import type { Kind } from "#core/kinds/kinds.ts";
import type { SpecOf } from "#core/kinds/spec-of.ts";

export interface ResourceRef {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
}

export interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** ISO time of the first revision that held the resource; decides ties as Istio does (oldest first, then name). */
  readonly creationTimestamp?: string;
  /** In a document that is applied: the version its edit began from. Never in what is stored. */
  readonly resourceVersion?: string;
}

/** A resource whose every field was checked against the field table of its kind. */
export interface Resource<K extends Kind = Kind> {
  readonly apiVersion: string;
  readonly kind: K;
  readonly metadata: Metadata;
  readonly spec: SpecOf[K];
}

/** Any of them, as a union that narrows by `kind`. */
export type AnyResource = { [K in Kind]: Resource<K> }[Kind];

/** The one id everywhere (URLs, logs, xDS origins, audit): `VirtualService/default/reviews`. */
export function formatRef(ref: ResourceRef): string {
  return `${ref.kind}/${ref.namespace}/${ref.name}`;
}

export function refOf(resource: AnyResource): ResourceRef {
  return { kind: resource.kind, namespace: resource.metadata.namespace, name: resource.metadata.name };
}
