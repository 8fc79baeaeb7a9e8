import type { AnswerTally } from "#core/graph/tally.ts";
import { DEFAULT_TOLERANCES, type Tolerance, type TolerancesOf } from "#core/graph/tolerance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { type AppliedTolerance, resolveTolerances } from "#core/resolve/health-tolerances.ts";
import { compileRegex } from "#core/schema/compile-regex.ts";
import { GRPC_STATUS_NAMES } from "#core/schema/grpc-status-names.ts";

/** What holds for each subject by what is written, ready to judge by; each is read once. */
export function readTolerances(snapshot: Pick<Snapshot, "resources" | "mesh">): TolerancesOf {
  const resolve = resolveTolerances(snapshot);
  const known = new Map<string, readonly Tolerance[]>();
  return (subject) => {
    const key = `${subject.kind} ${subject.namespace} ${subject.name}`;
    let found = known.get(key);
    if (found === undefined) {
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
  const isCode = codePattern === undefined ? undefined : matcher(codePattern);
  const isFlag = flagPattern === undefined ? undefined : matcher(flagPattern);
  return {
    counts: (answer) =>
      (isCode === undefined || codesOf(answer).some(isCode)) &&
      (isFlag === undefined || answer.flags.split(",").some(isFlag)),
    ...(protocols === undefined ? {} : { protocols }),
    ...{ direction: rest.direction, degradedPercent: rest.degradedPercent, failurePercent: rest.failurePercent },
    ...{ ref, what: `ended in ${named}`, short: named },
  };
}

/** By which words an answer may be meant. */
function codesOf({ protocol, code, grpcStatus, outcome }: AnswerTally): readonly string[] {
  const denied = outcome === "denied" ? ["denied"] : [];
  if (protocol === "tcp") return outcome === "no-response" ? ["-"] : denied;
  const answered = code === 0 ? "-" : String(code);
  if (protocol === "http" || grpcStatus === "" || code >= 400) return [answered, ...denied];
  return [grpcStatus, GRPC_STATUS_NAMES[Number(grpcStatus)] ?? grpcStatus, ...denied];
}

/** Whether a whole text is of the pattern; each text is tried once. */
function matcher(pattern: string): (text: string) => boolean {
  const compiled = compileRegex(pattern);
  const known = new Map<string, boolean>();
  return (text) => {
    const answer = known.get(text) ?? compiled.matches(text);
    known.set(text, answer);
    return answer;
  };
}
