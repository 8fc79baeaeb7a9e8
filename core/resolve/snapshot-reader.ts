import { hostMatches, isWildcard } from "#core/host/host.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { resolveAccessLogs } from "#core/resolve/access-logs.ts";
import { type AddressBook, allocateAddresses } from "#core/resolve/allocate-addresses.ts";
import { resolveCredential } from "#core/resolve/credential-use.ts";
import { type FindService, mergeDelegates, type RoutingService } from "#core/resolve/delegates.ts";
import { resolveDestinationRule } from "#core/resolve/destination-rule.ts";
import { resolveWrittenTags } from "#core/resolve/exported-metrics.ts";
import { gatewaySelector } from "#core/resolve/gateway-selector.ts";
import { limitsOf } from "#core/resolve/inline-limits.ts";
import type { MeshReader } from "#core/resolve/mesh-reader.ts";
import { settingsOf, withExports } from "#core/resolve/mesh-settings.ts";
import { resolveMtlsMode } from "#core/resolve/mtls-mode.ts";
import { readObjective } from "#core/resolve/objectives.ts";
import { resolveOperations } from "#core/resolve/operations.ts";
import { resolvePolicies } from "#core/resolve/policies.ts";
import { policyScope } from "#core/resolve/policy-scope.ts";
import { resolveService, selects, servicesOf } from "#core/resolve/service.ts";
import {
  importPorts,
  importsAt,
  importsHost,
  importsRoutes,
  inboundOf,
  resolveSidecar,
} from "#core/resolve/sidecar.ts";
import { resolveTracing } from "#core/resolve/tracing.ts";
import { gatewaysOf, resolveVirtualServices } from "#core/resolve/virtual-service.ts";
import { matchesLabels } from "#core/resource/labels.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { sortByAge } from "#core/resource/sort-by-age.ts";
import { declareServices } from "#core/sources/declare-service.ts";
import { declareWorkload } from "#core/sources/declare-workload.ts";

/** Answers about a snapshot, as proxies that are compiled from it get them. Each looks through all of its kind: for few questions at a time. */
export function createSnapshotReader({ mesh, resources, instances, credentials = {} }: Snapshot): MeshReader {
  const settings = settingsOf(mesh, resources);
  const seen = withExports(resources, settings.exportTo);
  const aged = sortByAge(seen);
  const virtualServices = ofKind(aged, "VirtualService");
  const rules = ofKind(aged, "DestinationRule");
  const peerAuthentications = ofKind(aged, "PeerAuthentication");
  const policies = ofKind(aged, "AuthorizationPolicy");
  const requestAuthentications = ofKind(aged, "RequestAuthentication");
  const gateways = ofKind(aged, "Gateway");
  const declarations = declareServices(seen);
  const scope = policyScope(mesh, seen);
  const workloads = aged.flatMap((resource) => declareWorkload(resource) ?? []);
  const sorted = [...instances].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const find: FindService = (namespace, name) =>
    virtualServices.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
  const routing = virtualServices.map((each) => mergeDelegates(each, find, mesh.domainSuffix));
  /** These are built when they are first asked for. */
  let byGateway: Map<string, RoutingService[]> | undefined;
  let byAddress: Map<string, WorkloadInstance[]> | undefined;
  let addresses: AddressBook | undefined;
  const addressBook = (): AddressBook => {
    addresses ??= allocateAddresses(declarations);
    return addresses;
  };
  const service: MeshReader["service"] = (host, fromNamespace, imports) => {
    const found = resolveService(
      host,
      declarations.filter(
        ({ hosts, namespace }) =>
          hosts.includes(host) && (imports === undefined || importsHost(imports, host, namespace)),
      ),
      fromNamespace,
    );
    return imports === undefined ? found : importPorts(found, imports);
  };
  const servicesSelecting: MeshReader["servicesSelecting"] = (namespace, labels) =>
    declarations.filter((each) => each.namespace === namespace && selects(each, labels)).flatMap(servicesOf);
  const sidecarFor: MeshReader["sidecarFor"] = (namespace, labels) =>
    resolveSidecar(ofKind(aged, "Sidecar"), { namespace, labels }, mesh.rootNamespace);
  return {
    virtualAddress: (host) => addressBook().virtual.get(host),
    claimants: (address) => addressBook().claimants.get(address) ?? [],
    mesh,
    settings: () => settings,
    service,
    servicesUnder: (pattern, fromNamespace, imports) => {
      const all = new Set(declarations.flatMap(({ hosts }) => hosts));
      const under = isWildcard(pattern) ? [...all].filter((host) => hostMatches(pattern, host)) : [pattern];
      return under.flatMap((host) => service(host, fromNamespace, imports) ?? []);
    },
    servicesSelecting,
    virtualServices: (host, fromNamespace, gateway, port, imports) =>
      resolveVirtualServices(
        imports === undefined
          ? routing
          : routing.filter((each) => importsRoutes(importsAt(imports, port), each, mesh.domainSuffix)),
        { host, fromNamespace, gateway, domainSuffix: mesh.domainSuffix },
      ),
    boundTo: (gateway) => {
      byGateway ??= groupByGateway(routing);
      return byGateway.get(gateway) ?? [];
    },
    credentialUse: (named, proxyNamespace) =>
      resolveCredential({ credential: (key) => credentials[key] }, named, proxyNamespace),
    destinationRule: (host, clientNamespace, serviceNamespace, clientLabels) =>
      resolveDestinationRule(rules, { host, clientNamespace, serviceNamespace, clientLabels, mesh }),
    policyScope: scope,
    policiesOver: (namespace, labels) => resolvePolicies(policies, { namespace, labels }, scope),
    requestAuthenticationsOver: (namespace, labels) =>
      resolvePolicies(requestAuthentications, { namespace, labels }, scope),
    tracingFor: (namespace, labels) =>
      resolveTracing(ofKind(aged, "Telemetry"), { namespace, labels }, scope, settings),
    rateLimitsOver: (namespace, labels) => resolvePolicies(limitsOf("RateLimit", aged), { namespace, labels }, scope),
    quotasOver: (namespace, labels) => resolvePolicies(limitsOf("Quota", aged), { namespace, labels }, scope),
    plansFor: (namespace) =>
      ofKind(aged, "Plan").filter(({ metadata }) => [namespace, mesh.rootNamespace].includes(metadata.namespace)),
    accessLogsFor: (namespace, labels) =>
      resolveAccessLogs(ofKind(aged, "Telemetry"), { namespace, labels }, scope, settings),
    writtenTagsFor: (namespace, labels) =>
      resolveWrittenTags(ofKind(aged, "Telemetry"), { namespace, labels }, scope, settings),
    operationsFor: (namespace, labels, workload) =>
      resolveOperations(
        ofKind(aged, "Objective").map((each) => readObjective(each, mesh)),
        { namespace, workload, hosts: servicesSelecting(namespace, labels).map(({ host }) => host) },
      ),
    sidecarFor,
    sidecarInbound: (namespace, labels) => inboundOf(sidecarFor(namespace, labels)),
    gatewaysFor: (labels) => gateways.filter((gateway) => matchesLabels(labels, gatewaySelector(gateway))),
    gatewayNamed: (name) => gateways.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === name),
    select: (namespace, labels) =>
      Object.keys(labels).length === 0
        ? []
        : sorted.filter((each) => each.namespace === namespace && matchesLabels(each.labels, labels)),
    written: (namespace, labels) =>
      workloads.filter(
        (each) => each.standing === "written" && each.namespace === namespace && matchesLabels(each.labels, labels),
      ),
    expected: (namespace, group) =>
      workloads.find((each) => each.standing === "expected" && each.namespace === namespace && each.name === group),
    instanceAt: (address, port) => {
      byAddress ??= Map.groupBy(instances, (each) => each.address);
      const there = (byAddress.get(address) ?? []).filter((each) =>
        each.ports.some(({ inboundPort }) => inboundPort === port),
      );
      return there.length === 1 ? there[0] : undefined;
    },
    mtlsMode: (namespace, labels, port) =>
      resolveMtlsMode(peerAuthentications, mesh.rootNamespace, { namespace, labels, port }).mode,
  };
}

function keyOf({ namespace, name }: WorkloadInstance): string {
  return `${namespace}/${name}`;
}

function groupByGateway(services: readonly RoutingService[]): Map<string, RoutingService[]> {
  const groups = new Map<string, RoutingService[]>();
  for (const service of services)
    for (const gateway of new Set(gatewaysOf(service))) {
      const bound = groups.get(gateway);
      if (bound === undefined) groups.set(gateway, [service]);
      else bound.push(service);
    }
  return groups;
}
