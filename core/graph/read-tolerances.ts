import type { AnswerTally } from "#core/graph/tally.ts";
import { DEFAULT_TOLERANCES, type Tolerance, type TolerancesOf } from "#core/graph/tolerance.ts";
import { codePattern } from "#core/kinds/health-policy/code-pattern.ts";
import { namePattern } from "#core/kinds/health-policy/effect.ts";
import type { WrittenTolerance } from "#core/kinds/health-policy/schema.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { resolveTolerances } from "#core/resolve/health-tolerances.ts";
import { compileRegex } from "#core/schema/compile-regex.ts";
import { GRPC_STATUS_NAMES } from "#core/schema/grpc-status-names.ts";

const PROTOCOLS = { HTTP: "http", GRPC: "grpc", TCP: "tcp" } as const;
const DIRECTIONS = { Inbound: "inbound", Outbound: "outbound", Both: "both" } as const;

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
  { code, flags, protocols = [], direction = "Inbound", degraded = 0, failure }: WrittenTolerance,
  ref: string,
): Tolerance {
  const isCode = code === undefined ? undefined : matcher(codePattern(code));
  const isFlag = flags === undefined ? undefined : matcher(flags);
  const named = namePattern({ code, flags });
  return {
    counts: (answer) =>
      (isCode === undefined || codesOf(answer).some(isCode)) &&
      (isFlag === undefined || answer.flags.split(",").some(isFlag)),
    ...(protocols.length === 0 ? {} : { protocols: protocols.map((each) => PROTOCOLS[each]) }),
    direction: DIRECTIONS[direction],
    ...{ degradedPercent: degraded, failurePercent: failure, ref },
    ...{ what: `ended in ${named}`, short: named },
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
