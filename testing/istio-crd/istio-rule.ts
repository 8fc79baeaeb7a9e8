import type { Kind } from "#core/kinds/kinds.ts";

/** A CEL rule of Istio's CRDs, with a spec that it takes and others that it refuses. */
export interface IstioRule {
  readonly says: string;
  readonly kind: Kind;
  /** Of the spec, as references write it: "" for the spec itself. */
  readonly at: string;
  /** Absent where Istio's own validation, or what is not handled, leaves none. */
  readonly taken?: object;
  readonly refused: readonly object[];
}
