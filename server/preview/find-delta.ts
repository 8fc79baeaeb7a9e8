import type { Diagnostic } from "#core/diagnostic.ts";
import type { FindingsDelta } from "#server/preview/protocol.ts";

/** Findings shown of a change; of thousands nobody reads more. */
const SHOWN_MAX = 500;

/**
 * What a change adds to the findings, on any resource, and what it takes away. Those of the resources that it touches are
 * all told, whether they are new or not: who edits a resource wants to know what is wrong with it.
 */
export function findDelta(
  before: readonly Diagnostic[],
  after: readonly Diagnostic[],
  touched: ReadonlySet<string>,
): FindingsDelta {
  const [keysBefore, keysAfter] = [before.map(keyOf), after.map(keyOf)];
  const had = countKeys(keysBefore);
  const findings = after.filter(({ resource = "" }, index) => {
    const isNew = !take(had, keysAfter[index] ?? "");
    return isNew || touched.has(resource);
  });
  const left = countKeys(keysAfter);
  const resolved = before.filter((_, index) => !take(left, keysBefore[index] ?? ""));
  return { findings: bounded(findings), resolved: bounded(resolved) };
}

function keyOf({ severity, code, resource, path, message }: Diagnostic): string {
  return JSON.stringify([severity, code, resource, path, message]);
}

function countKeys(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** Takes one away; false where there is none left. */
function take(counts: Map<string, number>, key: string): boolean {
  const count = counts.get(key) ?? 0;
  counts.set(key, count - 1);
  return count > 0;
}

function bounded(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  if (diagnostics.length <= SHOWN_MAX) return diagnostics;
  const more = diagnostics.length - SHOWN_MAX;
  return [
    ...diagnostics.slice(0, SHOWN_MAX),
    {
      severity: "info",
      code: "more-findings",
      message: `there are ${more} more findings`,
      hint: "`pharos analyze` lists all",
    },
  ];
}
