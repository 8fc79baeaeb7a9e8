import { answerMatcher, textMatcher } from "#core/graph/answer-codes.ts";
import { DEFAULT_TOLERANCES, type Tolerance, type TolerancesOf } from "#core/graph/tolerance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { type AppliedTolerance, resolveTolerances } from "#core/resolve/health-tolerances.ts";

/** Whoever looks may ask for subjects that there are not. */
const SUBJECTS_MAX = 20_000;

/** What holds for each subject by what is written, ready to judge by; each is read once, and again after so many others. */
export function readTolerances(snapshot: Pick<Snapshot, "resources" | "mesh">): TolerancesOf {
  const resolve = resolveTolerances(snapshot);
  const known = new Map<string, readonly Tolerance[]>();
  return (subject) => {
    const key = `${subject.kind} ${subject.namespace} ${subject.name}`;
    let found = known.get(key);
    if (found === undefined) {
      if (known.size >= SUBJECTS_MAX) known.clear();
      const applied = resolve(subject);
      found = applied?.tolerances.map((each) => readTolerance(each, applied.ref)) ?? DEFAULT_TOLERANCES;
      known.set(key, found);
    }
    return found;
  };
}

function readTolerance(
  { codePattern, flagPattern, protocols, named, ...rest }: AppliedTolerance,
  ref: string,
): Tolerance {
  const isCode = codePattern === undefined ? undefined : answerMatcher(codePattern);
  const isFlag = flagPattern === undefined ? undefined : textMatcher(flagPattern);
  return {
    counts: (answer) =>
      (isCode === undefined || isCode(answer)) && (isFlag === undefined || answer.flags.split(",").some(isFlag)),
    ...(protocols === undefined ? {} : { protocols }),
    ...{ direction: rest.direction, degradedPercent: rest.degradedPercent, failurePercent: rest.failurePercent },
    ...{ ref, what: `ended in ${named}`, short: named },
  };
}
