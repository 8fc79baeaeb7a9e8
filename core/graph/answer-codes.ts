import type { AnswerTally } from "#core/graph/tally.ts";
import { compileRegex } from "#core/schema/compile-regex.ts";
import { GRPC_STATUS_NAMES } from "#core/schema/grpc-status-names.ts";

/** Whether an answer is meant by a pattern for the whole of its code. */
export function answerMatcher(pattern: string): (answer: Omit<AnswerTally, "count">) => boolean {
  const isMeant = textMatcher(pattern);
  return (answer) => codesOf(answer).some(isMeant);
}

/** By which words an answer may be meant. */
function codesOf({ protocol, code, grpcStatus, outcome }: Omit<AnswerTally, "count">): readonly string[] {
  const denied = outcome === "denied" ? ["denied"] : [];
  if (protocol === "tcp") return outcome === "no-response" ? ["-"] : denied;
  const answered = code === 0 ? "-" : String(code);
  if (protocol === "http" || grpcStatus === "" || code >= 400) return [answered, ...denied];
  return [grpcStatus, GRPC_STATUS_NAMES[Number(grpcStatus)] ?? grpcStatus, ...denied];
}

/** Whether a whole text is of the pattern; each text is tried once. */
export function textMatcher(pattern: string): (text: string) => boolean {
  const compiled = compileRegex(pattern);
  const known = new Map<string, boolean>();
  return (text) => {
    const answer = known.get(text) ?? compiled.matches(text);
    known.set(text, answer);
    return answer;
  };
}
