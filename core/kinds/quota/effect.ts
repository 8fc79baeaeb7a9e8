import { joinWords } from "#core/kinds/join-words.ts";
import type { Written } from "#core/kinds/kind.ts";
import { describePolicyTarget } from "#core/kinds/policy-target.ts";
import { describePeriod } from "#core/kinds/quota/describe-period.ts";
import type { QuotaSpec } from "#core/kinds/quota/schema.ts";

const MODES = { Enforce: "", Shadow: "Refuses nobody, and counts: ", Off: "Off: " } as const;

export function describeQuota(resource: Written<QuotaSpec>, rootNamespace: string): string {
  const { mode = "Enforce", amount, unit: of, period, cost, bucket, over = "Deny", throttle } = resource.spec;
  const where = describePolicyTarget(resource, rootNamespace);
  const unit = `${of === "Bytes" ? "byte" : cost === undefined ? "request" : "unit"}${amount === 1 ? "" : "s"}`;
  const key = (bucket?.key ?? []).map(({ attribute, prefixLength }) =>
    prefixLength === undefined ? attribute : `/${prefixLength} of ${attribute}`,
  );
  const each = key.length === 0 ? "" : ` for each ${joinWords(key, "and")}`;
  const then = {
    Deny: "",
    Throttle: `, then ${throttle?.amount ?? 0} in ${throttle?.per ?? "?"}`,
    Notify: ", and more is told",
  }[over];
  return `${MODES[mode]}${amount} ${unit} in ${describePeriod(period)}${each}${then}; on ${where}`;
}
