import { UNKNOWN } from "#core/model/workload-label.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { resolveInstance } from "#core/resolve/instance.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import type { CompileReader } from "#server/compile/compile-reader.ts";

/** What a proxy is, in the mesh's eyes. */
export interface Standing {
  readonly instance: WorkloadInstance | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly workload: string;
  /** It has a certificate and is not registered: it calls, and is not called. */
  readonly isCallerOnly: boolean;
}

/**
 * What is registered under its name, by the account it showed. What it says of itself counts only where nobody has to show a certificate:
 * labels are who is chosen as an endpoint, is a gateway, and is guarded by which policy.
 */
export function standingOf(world: CompileReader, node: ProxyNode): Standing {
  const { namespace, name, metadata, isBounded } = node;
  const found = world.instance(`${namespace}/${name}`);
  const shown = { namespace, serviceAccount: metadata.SERVICE_ACCOUNT };
  const instance = isBounded === true ? resolveInstance(found, shown) : found;
  if (instance !== undefined)
    return { instance, labels: instance.labels, workload: instance.workload, isCallerOnly: false };
  if (isBounded === true) return { instance, labels: {}, workload: UNKNOWN, isCallerOnly: true };
  return { instance, labels: metadata.LABELS, workload: metadata.WORKLOAD_NAME || name, isCallerOnly: false };
}
