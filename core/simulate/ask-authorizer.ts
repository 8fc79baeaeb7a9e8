import type { Undecided } from "#core/simulate/decision.ts";
import type { AskConfig, RbacRules } from "#core/simulate/filter.ts";
import type { Place, Step, Trace } from "#core/simulate/step.ts";

/** Behind the prefix of rules that are only looked at, where a request keeps the name of the one that matched. */
export const MATCHED_POLICY = "shadow_effective_policy_id";

/** The same for what they said, which a request keeps whether one matched or not. */
export const RULES_SAID = "shadow_engine_result";

/** An authorizer's turn: whoever is marked is asked about, and what it answers nobody knows here. Undefined: it is not asked. */
export function askAuthorizer(
  { mark, whom }: AskConfig,
  marks: ReadonlySet<string> | undefined,
  at: Step["at"],
  trace: Trace | undefined,
  place: Place | undefined,
): Undecided | undefined {
  const isAsked = mark === undefined || marks?.has(mark) === true;
  trace?.add({
    at,
    result: isAsked ? "ended" : "passed",
    title: `asked of ${whom}`,
    why: isAsked ? "what it answers is not known here" : "no rule that has it asked matches",
    place,
    origins: [],
  });
  return isAsked ? { kind: "undecided", what: `asked of ${whom}` } : undefined;
}

/** Whether these rules mark for an authorizer, and do not try what would become of a request. */
export function isForAuthorizer(mark: string): boolean {
  return mark.startsWith("ext_authz_");
}

export function describeMark({ policies }: RbacRules, matched: string | undefined): string {
  const found = policies.find(({ name }) => name === matched);
  return found === undefined
    ? "no rule matches: its provider is not asked"
    : `${found.name} has its provider asked: ${found.permission.text}, and ${found.principal.text}`;
}
