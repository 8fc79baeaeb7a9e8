import type { CheckContext } from "#core/check/context.ts";
import type { Diagnostic } from "#core/diagnostic.ts";

/** One thing that can be wrong between resources. Pure; its code never changes once released. */
export interface CheckRule {
  /** The `code` of its diagnostics. */
  readonly code: string;
  /** What Kiali calls the same finding, for those who know it. */
  readonly kiali?: string;
  /** One sentence for the reference. */
  readonly summary: string;
  check(context: CheckContext): Finding[];
}

export interface Finding {
  readonly severity: Diagnostic["severity"];
  /** `VirtualService/default/reviews` */
  readonly resource: string;
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
}
