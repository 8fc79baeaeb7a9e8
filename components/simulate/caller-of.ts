import type { ProxyStatus } from "#core/view/mesh.ts";

/**
 * How the first proxy of a workload is asked about, or of a service by the name that its workloads begin with (`reviews` for
 * `reviews-v1`); empty where none is connected.
 */
export function callerOf(
  proxies: readonly Pick<ProxyStatus, "name" | "workload" | "namespace">[],
  { name, namespace }: { readonly name: string; readonly namespace: string },
): string {
  const own = proxies.filter((proxy) => proxy.namespace === namespace);
  const found =
    own.find(({ workload }) => workload === name) ?? own.find(({ workload }) => workload.startsWith(`${name}-`));
  return found === undefined ? "" : `${found.name}.${found.namespace}`;
}
