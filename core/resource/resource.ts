import type { Metadata } from "#core/kinds/document.ts";
import type { Kind, SpecOf } from "#core/kinds/kinds.ts";

export interface ResourceRef {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
}

export type { Metadata } from "#core/kinds/document.ts";

/** A resource whose every field was checked against the schema of its kind. */
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

export function refOf({ kind, metadata: { namespace, name } }: Pick<Resource, "kind" | "metadata">): ResourceRef {
  return { kind, namespace, name };
}
