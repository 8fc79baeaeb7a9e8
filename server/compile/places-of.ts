import { isWildcard } from "#core/host/host.ts";
import type { Kind } from "#core/kinds/kinds.ts";
import type { MeshSettings } from "#core/registry/snapshot.ts";
import { delegatesOf } from "#core/resolve/delegates.ts";
import { clientLabelsOf, comparedBy, ruleHost } from "#core/resolve/destination-rule.ts";
import { destinationsOf } from "#core/resolve/destinations-of.ts";
import { gatewaysOf, routedHosts, sourceLabelsOf } from "#core/resolve/virtual-service.ts";
import { type AnyResource, formatRef, type Resource } from "#core/resource/resource.ts";
import { declareService } from "#core/sources/declare-service.ts";
import { declareWorkload } from "#core/sources/declare-workload.ts";

/** Under which question's key a resource is found. */
export interface Place {
  readonly index: IndexName;
  readonly key: string;
}

export const INDEX_NAMES = [
  /** The resource itself, by its ref. */
  "ref",
  "kind",
  /** `Kind/namespace`. */
  "namespace",
  /** What declares services, by host. */
  "entry",
  /** The same by `namespace|label=value` of its selector. */
  "selector",
  /** Written workloads by `namespace|label=value`. */
  "workload",
  "virtualService",
  "virtualServicePattern",
  /** VirtualServices by the gateway that they are bound to, `namespace/name`. */
  "bound",
  /** VirtualServices by a host that their own routes lead to. */
  "destination",
  /** VirtualServices by one that they delegate to, `namespace/name`. */
  "delegate",
  /** VirtualServices and DestinationRules by a label key that they ask their callers for. */
  "sourceLabel",
  /** DestinationRules by a label key that they compare endpoints by with their callers. */
  "comparedLabel",
  "rule",
  "rulePattern",
] as const;
export type IndexName = (typeof INDEX_NAMES)[number];

/** Of one label of a selector or a workload. */
export function labelKey(namespace: string, label: string, value: string): string {
  return `${namespace}|${label}=${value}`;
}

type Places = (resource: AnyResource, add: Add, domainSuffix: string) => void;
type Add = (index: IndexName, keys: Iterable<string>) => void;

/** Translation asks for these by name, kind or namespace alone, or for what they declare. */
const nowhereElse = (): void => undefined;

/** Where else a resource of a kind is found than by its name. */
const PLACES: { readonly [K in Kind]: (resource: Resource<K>, add: Add, domainSuffix: string) => void } = {
  VirtualService(resource, add, domainSuffix) {
    const hosts = routedHosts(resource, domainSuffix);
    add(
      "virtualService",
      hosts.filter((host) => !isWildcard(host)),
    );
    add("virtualServicePattern", hosts.filter(isWildcard));
    add("bound", gatewaysOf(resource));
    add("destination", destinationsOf(resource, domainSuffix));
    add(
      "delegate",
      delegatesOf(resource).flatMap((ref) => ref?.join("/") ?? []),
    );
    add(
      "sourceLabel",
      sourceLabelsOf(resource).flatMap((labels) => Object.keys(labels)),
    );
  },
  DestinationRule(resource, add, domainSuffix) {
    const host = ruleHost(resource, domainSuffix);
    add(isWildcard(host) ? "rulePattern" : "rule", [host]);
    add("comparedLabel", comparedBy(resource));
    add("sourceLabel", clientLabelsOf(resource));
  },
  Gateway: nowhereElse,
  ServiceEntry: nowhereElse,
  Sidecar: nowhereElse,
  WorkloadGroup: nowhereElse,
  WorkloadEntry: nowhereElse,
  Telemetry: nowhereElse,
  EnvoyFilter: nowhereElse,
  ProxyConfig: nowhereElse,
  WasmPlugin: nowhereElse,
  TrafficExtension: nowhereElse,
  PeerAuthentication: nowhereElse,
  RequestAuthentication: nowhereElse,
  AuthorizationPolicy: nowhereElse,
  RateLimit: nowhereElse,
  Quota: nowhereElse,
  Plan: nowhereElse,
  HealthPolicy: nowhereElse,
  Objective: nowhereElse,
  AlertRule: nowhereElse,
  AlertReceiver: nowhereElse,
  Silence: nowhereElse,
  MeshConfig: nowhereElse,
};

/** All places where a resource is found. What a question reads is one of them: a resource bears on whoever asked there. */
export function placesOf(resource: AnyResource, { domainSuffix }: MeshSettings): Place[] {
  const { kind, metadata } = resource;
  const service = declareService(resource);
  const workload = declareWorkload(resource);
  const places: Place[] = [
    { index: "ref", key: formatRef({ kind, namespace: metadata.namespace, name: metadata.name }) },
    { index: "kind", key: kind },
    { index: "namespace", key: `${kind}/${metadata.namespace}` },
  ];
  const add: Add = (index, keys) => {
    for (const key of new Set(keys)) places.push({ index, key });
  };
  if (service !== undefined) {
    add("entry", service.hosts);
    add("selector", labelKeys(service.namespace, service.selector));
  }
  if (workload?.standing === "written") add("workload", labelKeys(workload.namespace, workload.labels));
  (PLACES[kind] as Places)(resource, add, domainSuffix);
  return places;
}

function labelKeys(namespace: string, labels: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries(labels).map(([label, value]) => labelKey(namespace, label, value));
}
