import { carries } from "#core/check/http-only-setting.ts";
import type { EachCheck, Finding } from "#core/check/rule.ts";
import { selectedWorkloads } from "#core/check/selected-workloads.ts";
import type { AuthorizationRule } from "#core/kinds/authorization-policy/schema.ts";
import { usesHttp } from "#core/kinds/authorization-policy/uses-http.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** Whoever denies some requests seldom means to deny every connection to the database beside them. */
export const deniesTcp: EachCheck<"AuthorizationPolicy"> = {
  code: "denies-tcp",
  summary:
    "A DENY rule with conditions on requests is for workloads with a TCP port: there it denies every connection that the rest of it matches.",
  each(policy, context): Finding[] {
    const { action, rules = [] } = policy.spec;
    if (action !== "DENY") return [];
    const denying = rules.flatMap((rule, index) => (usesHttp(rule) && !hasPorts(rule) ? [index] : []));
    if (denying.length === 0) return [];
    const { hosts } = context;
    const ports = selectedWorkloads(policy, context).flatMap(({ namespace, labels }) =>
      hosts
        .selecting(namespace, labels)
        .flatMap(({ hosts: [host], ports }) =>
          ports.flatMap((port) => (carries(port) === "connections" ? [`${port.number} of ${host}`] : [])),
        ),
    );
    const [port] = ports;
    if (port === undefined) return [];
    return denying.map((index) => ({
      severity: "warning",
      resource: formatRef(refOf(policy)),
      path: ["spec", "rules", index],
      message: `port ${port} carries TCP, where conditions on requests cannot be looked at: the rule denies every connection there that the rest of it matches`,
      hint: "limit it to ports of HTTP with to.operation.ports",
    }));
  },
};

/** What it denies is on ports that it names itself. */
function hasPorts({ to = [], when = [] }: AuthorizationRule): boolean {
  return (
    (to.length > 0 && to.every(({ operation }) => (operation?.ports ?? []).length > 0)) ||
    when.some(({ key, values = [] }) => key === "destination.port" && values.length > 0)
  );
}
