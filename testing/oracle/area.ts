import type * as fc from "fast-check";
import type { Istio } from "#testing/oracle/istio.ts";

/** One thing that the two sides do not do alike. */
export interface Difference {
  /** Of which proxy, port, request, field: differs from case to case. */
  readonly where: string;
  /** What differs, the same for all cases of one cause as far as can be told. */
  readonly what: string;
}

export interface Comparison {
  /** How many decisions were compared. */
  readonly compared: number;
  readonly differences: readonly Difference[];
}

/** A part of Istio's meaning, with random cases of it. */
export interface Area<C = unknown> {
  readonly name: string;
  readonly cases: fc.Arbitrary<C>;
  compare(tried: C, istio: Istio): Promise<Comparison>;
  /** The case as people would write it. */
  write(tried: C): string;
}

export function defineArea<C>(area: Area<C>): Area<C> {
  return area;
}
