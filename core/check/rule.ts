import type { CheckContext } from "#core/check/context.ts";
import type { Diagnostic } from "#core/diagnostic.ts";
import type { DiagnosticCode } from "#core/diagnostic-codes.ts";
import type { Path } from "#core/schema/path.ts";

/** One thing that can be wrong between resources. Pure; its code never changes once released. */
export interface CheckRule {
  /** The `code` of its diagnostics. */
  readonly code: DiagnosticCode;
  /** What Kiali calls the same finding, for those who know it. */
  readonly kiali?: string;
  /** One sentence for the reference. */
  readonly summary: string;
  check(context: CheckContext): Finding[];
}

/** A diagnostic as its rule tells it: the code is the rule's. */
export interface Finding extends Omit<Diagnostic, "code"> {
  readonly resource: string;
  readonly path: Path;
}
