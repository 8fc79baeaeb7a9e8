import type { Service } from "#core/model/service.ts";
import type { MeshSettings } from "#core/registry/snapshot.ts";
import type { ResolvedLogs } from "#core/resolve/access-logs.ts";
import type { Claimant } from "#core/resolve/allocate-addresses.ts";
import type { CredentialUse, NamedCredential } from "#core/resolve/credential-use.ts";
import type { RoutingService } from "#core/resolve/delegates.ts";
import type { ResolvedRule } from "#core/resolve/destination-rule.ts";
import type { EndpointReader } from "#core/resolve/endpoints.ts";
import type { WrittenTags } from "#core/resolve/exported-metrics.ts";
import type { ProxyTags } from "#core/resolve/operations.ts";
import type { PolicyScope } from "#core/resolve/policy-scope.ts";
import type { Imports, SidecarInbound } from "#core/resolve/sidecar.ts";
import type { ResolvedTracing } from "#core/resolve/tracing.ts";
import type { Labels } from "#core/resource/labels.ts";
import type { Resource } from "#core/resource/resource.ts";

/**
 * The answers that others follow from. Proxies are compiled through a reader that records who asked (`server/compile`);
 * whoever explains reads a snapshot (`createSnapshotReader`). Both answer by the functions of this folder.
 */
export interface MeshReader extends CallerReader {
  /** With `imports`, as seen by callers that know no others; so are the next two. */
  service(host: string, fromNamespace: string, imports?: Imports): Service | undefined;
  servicesUnder(pattern: string, fromNamespace: string, imports?: Imports): readonly Service[];
  virtualServices(
    host: string,
    fromNamespace: string,
    gateway: string,
    port?: number,
    imports?: Imports,
  ): readonly RoutingService[];
  /** Services that select these labels in their namespace, each as one object declares it, the oldest first. */
  servicesSelecting(namespace: string, labels: Labels): readonly Service[];
  /** VirtualServices that name a gateway, `namespace/name`, with the routes of those they delegate to. */
  boundTo(gateway: string): readonly RoutingService[];
  /** Whom policies mean that name targets. */
  readonly policyScope: PolicyScope;
  /** The policies that guard a workload. */
  policiesOver(namespace: string, labels: Labels): readonly Resource<"AuthorizationPolicy">[];
  /** Those by which a workload checks tokens, the oldest first. */
  requestAuthenticationsOver(namespace: string, labels: Labels): readonly Resource<"RequestAuthentication">[];
  /** The RateLimits over a workload, the oldest first. */
  rateLimitsOver(namespace: string, labels: Labels): readonly Resource<"RateLimit">[];
  /** The Quotas over a workload, the oldest first. */
  quotasOver(namespace: string, labels: Labels): readonly Resource<"Quota">[];
  /** Plans that may bear on what stands over workloads of a namespace: its own and the root's, the oldest first. */
  plansFor(namespace: string): readonly Resource<"Plan">[];
  /** What Telemetries say of a workload's traces. */
  tracingFor(namespace: string, labels: Labels): ResolvedTracing;
  /** Who gets a line of each of its requests, beside Pharos. */
  accessLogsFor(namespace: string, labels: Labels): ResolvedLogs;
  /** What its proxy writes of each request for labels of metrics. */
  writtenTagsFor(namespace: string, labels: Labels): WrittenTags;
  /** By which operations of objectives it tells its requests apart. */
  operationsFor(namespace: string, labels: Labels, workload: string): ProxyTags;
  /** The Sidecar that speaks for a workload. */
  sidecarFor(namespace: string, labels: Labels): Resource<"Sidecar"> | undefined;
  /** What that one says of what comes to it. */
  sidecarInbound(namespace: string, labels: Labels): SidecarInbound | undefined;
  /** The Gateways that a workload serves, the oldest first. */
  gatewaysFor(labels: Labels): readonly Resource<"Gateway">[];
  /** The Gateway called `namespace/name`. */
  gatewayNamed(name: string): Resource<"Gateway"> | undefined;
}

/** Of those the ones that decide where calls go. */
export interface CallerReader extends EndpointReader {
  readonly mesh: MeshSettings;
  /** The service at a host as seen from a namespace. */
  service(host: string, fromNamespace: string): Service | undefined;
  /** The address that a host has of the mesh's own. */
  virtualAddress(host: string): string | undefined;
  /** Who is said to be at a single address, by the oldest first. */
  claimants(address: string): readonly Claimant[];
  /** Services under a pattern that callers in a namespace see. */
  servicesUnder(pattern: string, fromNamespace: string): readonly Service[];
  /** VirtualServices for a host that apply to `gateway` ("mesh" or `namespace/name`), the deciding one first, with the routes of those they delegate to; with `port`, those that callers know there. */
  virtualServices(host: string, fromNamespace: string, gateway: string, port?: number): readonly RoutingService[];
  /** A part of a credential, as resources write it, for the proxies of a namespace. */
  credentialUse(named: NamedCredential, proxyNamespace: string): CredentialUse;
  /** What the rules for a host come to for clients in a namespace; without labels, for those that no rule chooses by them. */
  destinationRule(
    host: string,
    clientNamespace: string,
    serviceNamespace: string,
    clientLabels?: Labels,
  ): ResolvedRule | undefined;
}
