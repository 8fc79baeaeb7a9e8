import { type Diagnostic, warningAt } from "#core/diagnostic.ts";
import type { PolicyAction, PolicyForm } from "#core/form/policy-form.ts";

/** What the form knows of the target besides the policy itself. */
export interface PolicyTarget {
  /** How a sentence calls it: "details". */
  readonly name: string;
  readonly mtls: "strict" | "permissive" | "disabled" | "unknown";
  /** ALLOW policies that bear on it already, this one left out. */
  readonly otherAllows: readonly string[];
  readonly isRootNamespace: boolean;
}

/** What becomes of a caller without mTLS, by whom no rule is met that names identities. */
const UNIDENTIFIED: Readonly<Record<PolicyAction, string>> = {
  ALLOW: "it is never allowed by it",
  DENY: "it is not refused by this policy",
  AUDIT: "its calls are not noted",
  CUSTOM: "its calls pass, and the provider is not asked",
};

/**
 * What surprises people about authorization policies, said before it happens to them, as sentences. One that is only tried
 * refuses nothing: of it no more is said than whom and what it can be met by.
 */
export function warnPolicy(form: PolicyForm, target: PolicyTarget): Diagnostic[] {
  const rules = form.rules ?? [];
  const isFor = (rule: (typeof rules)[number]) =>
    !rule.isAnyone ||
    rule.methods.length + rule.paths.length + rule.hosts.length > 0 ||
    rule.ports.length + rule.conditions.length + rule.other.length > 0;
  /** The first that matches everything. */
  const open = rules.findIndex((rule) => !isFor(rule));
  const warnings: Diagnostic[] = [];
  const warn = (...said: Parameters<typeof warningAt>): unknown => warnings.push(warningAt(...said));
  const enforced = form.isDryRun ? undefined : form.action;
  if (enforced === "ALLOW" && open < 0 && target.otherAllows.length === 0)
    warn(
      ["spec", "action"],
      "implicit-deny",
      `No other ALLOW policy bears on ${target.name}: with this one, whatever it does not allow is refused.`,
    );
  if (enforced === "DENY" && open >= 0)
    warn(["spec", "rules", open], "denies-everyone", `Every call to ${target.name} is refused, its health included.`);
  if (enforced === "ALLOW" && open >= 0)
    warn(
      ["spec", "rules", open],
      "allows-everyone",
      `Everyone may call everything on ${target.name}; only a DENY policy can still refuse.`,
    );
  const named = rules.findIndex((rule) => rule.principals.length + rule.namespaces.length > 0);
  if (named >= 0 && !isIdentified(target.mtls))
    warn(
      ["spec", "rules", named, "from"],
      "needs-mtls",
      `${target.name} also takes plaintext, and a caller without mTLS has no identity: ${
        enforced === undefined ? "no rule that names identities is tried on it" : UNIDENTIFIED[enforced]
      }.`,
    );
  if (target.isRootNamespace && Object.keys(form.selector).length === 0)
    warn(["spec", "selector"], "mesh-wide", "It bears on every workload of the mesh.");
  const ofRequests = rules.findIndex(
    (rule) => rule.methods.length + rule.paths.length + rule.hosts.length > 0 && rule.ports.length === 0,
  );
  if (form.action === "DENY" && ofRequests >= 0)
    warn(
      ["spec", "rules", ofRequests],
      "denies-tcp",
      "On TCP ports methods, paths and hosts cannot be looked at: the rest of the rule decides there.",
    );
  return warnings;
}

function isIdentified(mtls: PolicyTarget["mtls"]): boolean {
  return mtls === "strict" || mtls === "unknown";
}
