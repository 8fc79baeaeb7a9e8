import type { Distribution } from "#core/view/mesh.ts";

/**
 * Whether a state of a roll-out, after the last one that was seen, says anything else of what is wrong with objects. At its end
 * too: what proxies took cures what they refused of an earlier revision.
 */
export function tellsNewProblems(last: Distribution | undefined, next: Distribution): boolean {
  return (next.isComplete && last?.isComplete !== true) || problemsOf(last) !== problemsOf(next);
}

function problemsOf({ proxies = [], failures = [], findings = [] }: Partial<Distribution> = {}): string {
  const refused = proxies.filter(({ refusals }) => refusals.length > 0).map(({ id, refusals }) => [id, refusals]);
  return JSON.stringify([refused, failures, findings]);
}
