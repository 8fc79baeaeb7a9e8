import type { CheckContext } from "#core/check/context.ts";
import type { Diagnostic } from "#core/diagnostic.ts";
import type { DiagnosticCode } from "#core/diagnostic-codes.ts";
import type { Kind } from "#core/kinds/kinds.ts";
import type { Resource } from "#core/resource/resource.ts";
import type { Path } from "#core/schema/path.ts";

interface Rule {
  /** The `code` of its diagnostics; never changes once released. */
  readonly code: DiagnosticCode;
  /** What Kiali calls the same finding, for those who know it. */
  readonly kiali?: string;
  /** One sentence for the reference. */
  readonly summary: string;
}

/** One thing that can be wrong between resources of several kinds. Pure. */
export interface CheckRule extends Rule {
  check(context: CheckContext): Finding[];
}

/** One thing that can be wrong with a kind beside others; what the others say it asks of the context. Pure. */
export interface KindCheck<K extends Kind> extends Rule {
  /** All resources of the kind at once. */
  check(resources: readonly Resource<K>[], context: Omit<CheckContext, "of">): Finding[];
}

/** A diagnostic as its rule tells it: the code is the rule's. */
export interface Finding extends Omit<Diagnostic, "code"> {
  readonly resource: string;
  readonly path: Path;
}
