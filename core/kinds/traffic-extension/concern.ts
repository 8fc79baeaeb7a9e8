import type { Extending } from "#core/resolve/extensions.ts";
import type { ConcernContext, Concerning } from "#core/traffic/concern.ts";
import { concernByProxies } from "#core/traffic/concern-proxies.ts";

/** What passes the proxies that run it. */
export function concernByExtension(versions: readonly Extending[], context: ConcernContext): Concerning {
  return concernByProxies("requests from and to the workloads whose proxies run it, at most", versions, context);
}
