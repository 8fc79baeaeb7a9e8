import { parseSpiffeId } from "#core/identity/spiffe-id.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { resolveInstance } from "#core/resolve/instance.ts";
import type { ProxyStatus } from "#core/view/mesh.ts";

/** What the registry holds under the name of a proxy. */
interface UnderItsName {
  readonly found: WorkloadInstance | undefined;
  readonly clockAheadMs: number | undefined;
  readonly problems: readonly string[];
  readonly settingsNotes: readonly string[];
}

/**
 * A proxy with what is known of its instance, whatever it said of itself. One that shows no certificate, or that of another account
 * than the instance of its name, is not that instance: it is shown as it describes itself.
 */
export function describeProxy<P extends ProxyStatus>(
  proxy: P,
  { found, clockAheadMs, problems, settingsNotes }: UnderItsName,
): P {
  const shown = proxy.spiffeId === null ? undefined : parseSpiffeId(proxy.spiffeId);
  const instance = shown && resolveInstance(found, shown);
  const isAnothers = found !== undefined && shown !== undefined && instance === undefined;
  return {
    ...proxy,
    ...(instance === undefined ? {} : { workload: instance.workload }),
    ...(instance === undefined || !("labels" in proxy) ? {} : { labels: instance.labels }),
    ...(clockAheadMs === undefined || isAnothers ? {} : { clockAheadMs }),
    ...(problems.length === 0 || isAnothers ? {} : { problems }),
    ...(settingsNotes.length === 0 || isAnothers ? {} : { settingsNotes }),
  };
}
