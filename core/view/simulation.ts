import type { Diagnostic } from "#core/diagnostic.ts";
import type { Outcome } from "#core/simulate/outcome.ts";
import type { Place, Step } from "#core/simulate/step.ts";
import type { Origin } from "#core/xds/layer.ts";

/** Where in the configuration something was said. */
export interface OriginView extends Origin {
  /** Of the document as its author wrote it, 1-based. */
  readonly line?: number;
}

export interface StepView extends Omit<Step, "origins" | "place"> {
  readonly place?: Place | undefined;
  readonly origins: readonly OriginView[];
}

/** The steps at one proxy. */
export interface HopView {
  /** Node id. */
  readonly proxy: string;
  readonly name: string;
  readonly namespace: string;
  readonly side: "caller" | "called";
  readonly steps: readonly StepView[];
}

/** What is called; `workload;namespace;app;version` where it is in the mesh. */
export interface EndpointView {
  readonly address: string;
  readonly port: number;
  readonly workload?: string | undefined;
  readonly locality: string;
}

export interface OutcomeView extends Omit<Outcome, "hops" | "endpoints"> {
  readonly endpoints: readonly EndpointView[];
  readonly hops: readonly HopView[];
}

export interface OutcomesView {
  /** The most likely first. */
  readonly outcomes: readonly OutcomeView[];
  /** The part of all calls whose outcomes are not told of. */
  readonly leftOut: number;
}

/** What would come of a request. */
export interface SimulationView {
  /** The proxy that the request comes to first. */
  readonly from: { readonly id: string; readonly name: string; readonly namespace: string; readonly workload: string };
  readonly now: OutcomesView;
  /** Under the change that was asked about; null where there was none, or where it is refused. */
  readonly changed: OutcomesView | null;
  /** What is wrong with the change. */
  readonly diagnostics: readonly Diagnostic[];
}
