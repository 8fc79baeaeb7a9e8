import { joinParts, joinWords } from "#core/kinds/join-words.ts";
import type { Written } from "#core/kinds/kind.ts";
import { describePolicyTarget } from "#core/kinds/policy-target.ts";
import type { ProxyConfigSpec } from "#core/kinds/proxy-config/schema.ts";

const NAMED_MAX = 4;

export function describeProxyConfig(resource: Written<ProxyConfigSpec>, rootNamespace: string): string {
  const said = describeStart(resource.spec);
  return said === "" ? "" : `${said}, at proxies of ${describePolicyTarget(resource, rootNamespace)}`;
}

/** With what Envoys are started. */
export function describeStart({ concurrency, environmentVariables = {} }: ProxyConfigSpec): string {
  const names = Object.keys(environmentVariables);
  const more = names.length - NAMED_MAX;
  const named = more > 0 ? [...names.slice(0, NAMED_MAX), `${more} more`] : names;
  return joinParts([
    concurrency === undefined
      ? ""
      : concurrency === 0
        ? "A worker thread for each processor"
        : `${concurrency} worker ${concurrency === 1 ? "thread" : "threads"}`,
    names.length === 0 ? "" : `sets ${joinWords(named, "and")} in Envoy's environment`,
  ]);
}
