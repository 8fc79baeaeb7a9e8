import { expandHost } from "#core/host/host.ts";
import type { ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import type { Resource } from "#core/resource/resource.ts";

/** What becomes of calls to what callers do not know. */
export type UnknownCalls =
  | { readonly kind: "refused" }
  /** They go where the caller's connection was going. */
  | { readonly kind: "passed" }
  /** Requests go to the host that each names; connections that are no HTTP where they were going. */
  | { readonly kind: "looked-up" }
  /** All of them go to one service, which has its own ways on. */
  | { readonly kind: "sent"; readonly host: string; readonly port: number; readonly subset: string };

/** The mesh says it where no Sidecar does. */
export function resolveUnknownCalls(
  sidecar: Resource<"Sidecar"> | undefined,
  { outboundTrafficPolicy }: Pick<ProxySettings, "outboundTrafficPolicy">,
  domainSuffix: string,
): UnknownCalls {
  const policy = sidecar?.spec.outboundTrafficPolicy;
  const mode = policy === undefined ? outboundTrafficPolicy : (policy.mode ?? "REGISTRY_ONLY");
  if (mode === "REGISTRY_ONLY") return { kind: "refused" };
  if (mode === "ALLOW_ANY_DYNAMIC_DNS") return { kind: "looked-up" };
  const proxy = policy?.egressProxy;
  if (sidecar === undefined || proxy === undefined) return { kind: "passed" };
  const { host, port, subset = "" } = proxy;
  const { namespace } = sidecar.metadata;
  return { kind: "sent", host: expandHost(host, namespace, domainSuffix), port: port?.number ?? 0, subset };
}
