import type { DestinationForm, RoutingForm, RuleForm } from "#core/form/routing-form.ts";

/** What changed between two states of a routing, in a line that serves as the reason of the revision; empty when nothing did. */
export function summarizeRouting(before: RoutingForm | null, after: RoutingForm): string {
  const subject = after.name === "" ? "routing" : after.name;
  if (before === null) {
    const shares = after.rules.map(describeShares).filter((text) => text !== "");
    return `${subject}: new routing${shares.length === 1 ? `, ${shares[0]}` : ""}`;
  }
  const parts: string[] = [];
  if (before.rules.length !== after.rules.length)
    parts.push(`${before.rules.length} → ${after.rules.length} ${after.rules.length === 1 ? "rule" : "rules"}`);
  else
    after.rules.forEach((rule, index) => {
      const old = before.rules[index];
      if (old === undefined) return;
      const changes = summarizeRule(old, rule);
      if (changes.length > 0) parts.push(`${after.rules.length > 1 ? `rule ${index + 1} ` : ""}${changes.join(", ")}`);
    });
  if (String(before.gateways) !== String(after.gateways)) parts.push(`applies to ${after.gateways.join(", ")}`);
  if (String(before.hosts) !== String(after.hosts)) parts.push(`hosts ${after.hosts.join(", ")}`);
  return parts.length === 0 ? "" : `${subject}: ${parts.join("; ")}`;
}

function summarizeRule(before: RuleForm, after: RuleForm): string[] {
  const changes: string[] = [];
  if (JSON.stringify(before.matches) !== JSON.stringify(after.matches)) changes.push("other match");
  changes.push(...summarizeShares(before.destinations, after.destinations));
  if (before.timeout !== after.timeout) changes.push(after.timeout === "" ? "no timeout" : `timeout ${after.timeout}`);
  if (JSON.stringify(before.retries) !== JSON.stringify(after.retries))
    changes.push(after.retries === null ? "retries as by default" : `${after.retries.attempts ?? 0} retries`);
  if (JSON.stringify(before.delay) !== JSON.stringify(after.delay))
    changes.push(
      after.delay === null ? "no delay" : `delay ${after.delay.fixedDelay} for ${after.delay.percent ?? 0} %`,
    );
  if (JSON.stringify(before.abort) !== JSON.stringify(after.abort))
    changes.push(
      after.abort === null ? "no abort" : `abort ${after.abort.httpStatus ?? ""} for ${after.abort.percent ?? 0} %`,
    );
  if (JSON.stringify(before.mirror) !== JSON.stringify(after.mirror))
    changes.push(
      after.mirror === null ? "no copies" : `${after.mirror.percent ?? 100} % copied to ${nameOf(after.mirror)}`,
    );
  return changes;
}

function summarizeShares(before: readonly DestinationForm[], after: readonly DestinationForm[]): string[] {
  const old = new Map(before.map((each) => [nameOf(each), each.percent]));
  const now = new Map(after.map((each) => [nameOf(each), each.percent]));
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((name) => (old.get(name) ?? 0) !== (now.get(name) ?? 0))
    .map((name) => `${name} ${old.get(name) ?? 0} → ${now.get(name) ?? 0} %`);
}

function describeShares({ destinations }: RuleForm): string {
  return destinations.map((each) => `${nameOf(each)} ${each.percent} %`).join(", ");
}

/** The version where there is one, else the host. */
function nameOf({ host, subset }: Pick<DestinationForm, "host" | "subset">): string {
  return subset === "" ? host : subset;
}
