import { assertNever } from "#core/brand.ts";
import { describePrincipal } from "#core/form/describe-principal.ts";
import type { PolicyForm, PolicyRuleForm } from "#core/form/policy-form.ts";
import { joinWords } from "#core/kinds/join-words.ts";

/** What the policy does, one sentence for each rule; `target` is the name of what it protects. */
export function explainPolicy(form: PolicyForm, target: string): string[] {
  const sentences = explainRules(form, target);
  return form.isDryRun ? ["Only tried, nothing is refused:", ...sentences] : sentences;
}

function explainRules(form: PolicyForm, target: string): string[] {
  if (form.rules === null || form.rules.length === 0)
    return form.action === "ALLOW"
      ? [`Nobody may call ${target}: the policy allows, and names nobody.`]
      : [`It does nothing: it has no rule.`];
  return form.rules.map((rule) => explainRule(rule, form, target));
}

function explainRule(rule: PolicyRuleForm, { action, namespace }: PolicyForm, target: string): string {
  const callers = [
    ...rule.principals.map((principal) => describePrincipal(principal, namespace)),
    ...rule.namespaces.map((each) => `anything in namespace ${each}`),
    ...(hasOtherSources(rule) ? ["the callers that the YAML names"] : []),
  ];
  if (callers.length === 0 && !rule.isAnyone) return "No caller is chosen yet.";
  const who = joinWords(callers, "and");
  const what = describeOperation(rule);
  const when = rule.conditions.map(({ key, values }) => `${describeKey(key)} is ${joinWords(values, "or")}`);
  const suffix = `${what} on ${target}${when.length === 0 ? "" : ` when ${joinWords(when, "and")}`}`;
  const more = rule.other.length > 0 && !hasOtherSources(rule) ? ", within what the YAML says besides" : "";
  switch (action) {
    case "DENY":
      return rule.isAnyone ? `Nobody may call ${suffix}${more}.` : `${capitalise(who)} may not call ${suffix}${more}.`;
    case "ALLOW":
      return `${rule.isAnyone ? "Anyone" : capitalise(who)} may call ${suffix}${more}.`;
    case "AUDIT":
      return `When ${rule.isAnyone ? "anyone" : who} calls ${suffix}${more}, it is noted; nothing is refused.`;
    case "CUSTOM":
      return `When ${rule.isAnyone ? "anyone" : who} calls ${suffix}${more}, the provider that the YAML names is asked.`;
    default:
      return assertNever(action);
  }
}

function hasOtherSources(rule: PolicyRuleForm): boolean {
  return rule.other.some((path) => /\.from\[\d+\]/.test(path));
}

/** "GET /details/*"; "anything". */
function describeOperation({ methods, paths, hosts, ports }: PolicyRuleForm): string {
  const parts = [joinWords(methods, "or"), joinWords(paths, "or")].filter((text) => text !== "");
  const where = [
    ...(hosts.length === 0 ? [] : [`at ${joinWords(hosts, "or")}`]),
    ...(ports.length === 0 ? [] : [`on port ${joinWords(ports, "or")}`]),
  ];
  const words = [parts.length === 0 && where.length === 0 ? "anything" : parts.join(" "), ...where];
  return words.filter((text) => text !== "").join(" ");
}

function describeKey(key: string): string {
  const header = /^request\.headers\[(.*)\]$/.exec(key)?.[1];
  return header === undefined ? key : `header ${header}`;
}

function capitalise(text: string): string {
  // Account names are written in lower case and stay so.
  return text.startsWith("anything") || text.startsWith("anyone") || text.startsWith("the ")
    ? text.charAt(0).toUpperCase() + text.slice(1)
    : text;
}
