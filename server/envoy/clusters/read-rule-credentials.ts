import type { CallerReader } from "#core/resolve/mesh-reader.ts";
import { ruleTls } from "#core/resolve/rule-tls.ts";
import type { TrafficSettings } from "#core/resolve/traffic-settings.ts";
import type { RuleCredentials } from "#server/envoy/build-tls.ts";

/** What the policy's `tls` names by `credentialName`, as the proxies of a namespace find it; undefined where it names none. */
export function readRuleCredentials(
  world: CallerReader,
  { tls }: TrafficSettings,
  namespace: string,
): RuleCredentials | undefined {
  const named = tls === undefined ? [] : ruleTls.named(tls);
  if (named.length === 0) return undefined;
  const uses = named.map((each) => world.credentialUse(each, namespace));
  return { pair: uses.find(({ part }) => part === "pair"), roots: uses.find(({ part }) => part === "roots") };
}
