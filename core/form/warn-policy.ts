import type { PolicyForm } from "#core/form/policy-form.ts";

export interface PolicyWarning {
  readonly code:
    | "implicit-deny"
    | "denies-everyone"
    | "allows-everyone"
    | "needs-mtls"
    | "mesh-wide"
    | "http-rules-on-tcp";
  readonly message: string;
}

/** What the form knows of the target besides the policy itself. */
export interface PolicyTarget {
  /** How a sentence calls it: "details". */
  readonly name: string;
  readonly mtls: "strict" | "permissive" | "disabled" | "unknown";
  /** ALLOW policies that bear on it already, this one left out. */
  readonly otherAllows: readonly string[];
  readonly isRootNamespace: boolean;
}

/** What surprises people about authorization policies, said before it happens to them. */
export function warnPolicy(form: PolicyForm, target: PolicyTarget): PolicyWarning[] {
  const rules = form.rules ?? [];
  const isFor = (rule: (typeof rules)[number]) =>
    !rule.isAnyone ||
    rule.methods.length + rule.paths.length + rule.hosts.length > 0 ||
    rule.ports.length + rule.conditions.length + rule.other.length > 0;
  const matchesAll = rules.some((rule) => !isFor(rule));
  const warnings: PolicyWarning[] = [];
  if (form.action === "ALLOW" && !matchesAll && target.otherAllows.length === 0)
    warnings.push({
      code: "implicit-deny",
      message: `No other ALLOW policy bears on ${target.name}: with this one, whatever it does not allow is refused.`,
    });
  if (form.action === "DENY" && matchesAll)
    warnings.push({
      code: "denies-everyone",
      message: `Every call to ${target.name} is refused, its health included.`,
    });
  if (form.action === "ALLOW" && matchesAll)
    warnings.push({
      code: "allows-everyone",
      message: `Everyone may call everything on ${target.name}; only a DENY policy can still refuse.`,
    });
  if (rules.some((rule) => rule.principals.length + rule.namespaces.length > 0) && !isIdentified(target.mtls))
    warnings.push({
      code: "needs-mtls",
      message: `${target.name} also takes plaintext, and a caller without mTLS has no identity: ${
        form.action === "DENY" ? "it is not refused by this policy" : "it is never allowed by it"
      }.`,
    });
  if (target.isRootNamespace && Object.keys(form.selector).length === 0)
    warnings.push({ code: "mesh-wide", message: "It bears on every workload of the mesh." });
  if (
    form.action === "DENY" &&
    rules.some((rule) => rule.methods.length + rule.paths.length + rule.hosts.length > 0 && rule.ports.length === 0)
  )
    warnings.push({
      code: "http-rules-on-tcp",
      message: "On TCP ports methods, paths and hosts cannot be looked at: the rest of the rule decides there.",
    });
  return warnings;
}

function isIdentified(mtls: PolicyTarget["mtls"]): boolean {
  return mtls === "strict" || mtls === "unknown";
}
