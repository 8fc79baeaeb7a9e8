import type { CheckContext } from "#core/check/context.ts";
import type { Diagnostic } from "#core/diagnostic.ts";
import type { DiagnosticCode } from "#core/diagnostic-codes.ts";
import type { Kind } from "#core/kinds/kinds.ts";
import type { AnyResource, Resource } from "#core/resource/resource.ts";
import type { Path } from "#core/schema/path.ts";

interface Rule {
  /** The `code` of its diagnostics; never changes once released. */
  readonly code: DiagnosticCode;
  /** What Kiali calls the same finding, for those who know it. */
  readonly kiali?: string;
  /** One sentence for the reference. */
  readonly summary: string;
}

/** One thing that can be wrong with a resource of any kind. Pure, as an `EachCheck`. */
export interface ResourceCheck extends Rule {
  each(resource: AnyResource, context: CheckContext): Finding[];
}

/** One thing that can be wrong with all of a kind at once. Pure. */
export interface ListCheck<K extends Kind> extends Rule {
  check(resources: readonly Resource<K>[], context: CheckContext): Finding[];
}

/**
 * One thing that can be wrong with a resource beside others. Pure; what the others say it asks of the context, and nothing
 * else: it is run again for a resource that is new, and for all where a part that it asked for is another.
 */
export interface EachCheck<K extends Kind> extends Rule {
  each(resource: Resource<K>, context: CheckContext): Finding[];
}

export type KindCheck<K extends Kind> = ListCheck<K> | EachCheck<K>;

/** A diagnostic as its rule tells it: the code is the rule's. */
export interface Finding extends Omit<Diagnostic, "code"> {
  readonly resource: string;
  readonly path: Path;
}
