import { readDenial } from "#components/format/read-denial.ts";
import { explainFlags } from "#components/topology/explain-flags.ts";
import { flagObjects, flagsOf, splitFlags } from "#components/topology/flag-objects.ts";
import type { AppliedResource } from "#core/resolve/applied-resource.ts";
import { tellsDirectAnswer, tellsOwnAnswer } from "#core/telemetry/own-answer.ts";

/** Envoy's flag of what an external authorizer refused. */
const AUTHORIZER = "UAEX";

/** Envoy's flag of what a limit refused. */
const LIMITED = "RL";

/** How requests of one kind were answered. */
export interface Answers {
  /** 0: not at all. */
  readonly code: number;
  readonly flags: string;
}

/** Why requests ended as they did. */
export interface EdgeCause {
  /** What Envoy's flags mean; empty where it set none. */
  readonly words: string;
  /** Resources that may be the reason, most likely first. */
  readonly refs: readonly string[];
  /** What refused them: resources, or a reason in words. */
  readonly denials: readonly string[];
}

/** Of one kind of answers the cause, by all that denied requests of the edge and what applies to the called service. */
export function causeOf(answers: Answers, deniedBy: readonly string[], config: readonly AppliedResource[]): EdgeCause {
  const { flags } = answers;
  const denials = deniedBy.filter((denial) => answersWith(denial, answers));
  const open = flagsOf(answers, deniedBy).filter((flag) => flag !== AUTHORIZER || denials.length === 0);
  const ownRefs = denials.some((denial) => tellsOwnAnswer(denial) && !denial.startsWith("blocked")) ? ["NR"] : [];
  return {
    words: explainFlags(flags),
    refs: flagObjects([...open, ...ownRefs], config),
    denials,
  };
}

/** The causes of all failing answers of an edge in one. */
export function causesOf(
  responses: readonly Answers[],
  deniedBy: readonly string[],
  config: readonly AppliedResource[],
): EdgeCause {
  const causes = responses.map((answers) => causeOf(answers, deniedBy, config));
  const flags = responses.flatMap((answers) => flagsOf(answers, deniedBy));
  return {
    words: explainFlags([...new Set(flags)].join(",")),
    refs: [...new Set(causes.flatMap(({ refs }) => refs))],
    denials: deniedBy,
  };
}

/**
 * Which code a denial ends in: a token's is 401, a policy's 403, a limit's 429, an authorizer's and a direct response's the one that it says, the caller's
 * own proxy's any other error; without mTLS there is no answer, or a 503.
 */
function answersWith(denial: string, { code, flags }: Answers): boolean {
  if (denial.startsWith("RequestAuthentication/") || denial.startsWith("the token ")) return code === 401;
  // gRPC's code is 200, and its own proxy tells it by a flag.
  if (readDenial(denial)?.did === "limited") return code === 429 || splitFlags(flags).includes(LIMITED);
  if (tellsOwnAnswer(denial)) return code >= 400 && ((code !== 401 && code !== 403) || tellsDirectAnswer(denial));
  if (denial.startsWith("PeerAuthentication/") || denial.startsWith("mTLS ")) return code === 0 || code === 503;
  return code === 403 || code === 0 || splitFlags(flags).includes(AUTHORIZER);
}
