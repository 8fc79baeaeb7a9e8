import { areAnsweredAsBefore, type CheckContext, type Reads, recordReads } from "#core/check/context.ts";
import type { Diagnostic } from "#core/diagnostic.ts";

export type Found = Diagnostic & { readonly resource: string };

/** A rule with what it found last: it finds the same until something that it asked for is another. */
export interface CheckRun {
  findings(context: CheckContext): readonly Found[];
}

/** Looks at everything at once. */
export function runWhole(check: (context: CheckContext) => readonly Found[]): CheckRun {
  let last: { readonly reads: Reads; readonly found: readonly Found[] } | undefined;
  return {
    findings(context) {
      if (last === undefined || !areAnsweredAsBefore(last.reads, context)) {
        const reads: Reads = new Map();
        last = { reads, found: check(recordReads(context, reads)) };
      }
      return last.found;
    },
  };
}

/** Looks at one resource after another: after an edit at those that it brought, unless what was asked of others has changed. */
export function runEach<R extends object>(
  list: (context: CheckContext) => readonly R[],
  check: (resource: R, context: CheckContext) => readonly Found[],
): CheckRun {
  let resources: readonly R[] = [];
  const reads: Reads = new Map();
  /** Only of those of which there is something to tell. */
  const found = new Map<R, readonly Found[]>();
  let told: readonly Found[] = [];
  return {
    findings(context) {
      const isSame = areAnsweredAsBefore(reads, context);
      const all = list(context);
      if (isSame && all === resources) return told;
      const before = new Set(resources);
      if (!isSame) {
        reads.clear();
        found.clear();
        // Until all of them are looked at again nothing is known of any.
        resources = [];
      } else {
        const now = new Set(all);
        for (const each of before) if (!now.has(each)) found.delete(each);
      }
      const asked = recordReads(context, reads);
      for (const resource of all) {
        if (isSame && before.has(resource)) continue;
        const own = check(resource, asked);
        if (own.length > 0) found.set(resource, own);
      }
      resources = all;
      told = [...found.values()].flat();
      return told;
    },
  };
}
