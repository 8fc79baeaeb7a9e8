import { isWildcard } from "#core/host/host.ts";
import type { MeshSettings } from "#core/registry/snapshot.ts";
import { type ResolvedRule, ruleHost, rulesOfAnyClient } from "#core/resolve/destination-rule.ts";
import type { Resource } from "#core/resource/resource.ts";

type FindRules = (host: string, clientNamespace: string, serviceNamespace: string) => readonly ResolvedRule[];

/** `rulesOfAnyClient` for many questions about the same rules: each looks only at those that may cover its host. */
export function indexRules(
  rules: readonly Resource<"DestinationRule">[],
  mesh: Pick<MeshSettings, "rootNamespace" | "domainSuffix">,
): FindRules {
  const byHost = new Map<string, Resource<"DestinationRule">[]>();
  for (const rule of rules) {
    const host = ruleHost(rule, mesh.domainSuffix);
    const known = byHost.get(host);
    if (known === undefined) byHost.set(host, [rule]);
    else known.push(rule);
  }
  const wildcards = [...byHost].filter(([host]) => isWildcard(host)).flatMap(([, each]) => each);
  return (host, clientNamespace, serviceNamespace) => {
    const exact = isWildcard(host) ? [] : (byHost.get(host) ?? []);
    return rulesOfAnyClient([...exact, ...wildcards], { host, clientNamespace, serviceNamespace, mesh });
  };
}
