import { type ChangeOf, type ConcernContext, type Concerning, versionsOf } from "#core/traffic/concern.ts";
import { concernByProxies } from "#core/traffic/concern-proxies.ts";

/** What passes the proxies that it patches. */
export function concernByEnvoyFilter(change: ChangeOf<"EnvoyFilter">, context: ConcernContext): Concerning {
  const basis = "requests from and to the workloads whose proxies it patches, at most";
  return concernByProxies(basis, versionsOf(change), context);
}
