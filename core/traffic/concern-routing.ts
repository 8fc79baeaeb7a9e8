import { listDestinations } from "#core/check/destinations.ts";
import { expandHost, hostMatches } from "#core/host/host.ts";
import { expandGateway } from "#core/resolve/gateway-ref.ts";
import { matchesLabels } from "#core/resource/labels.ts";
import type { AnyResource, Resource } from "#core/resource/resource.ts";
import {
  CONCERNED,
  type ConcernContext,
  type Concerning,
  NOT_CONCERNED,
  type ResourceChange,
} from "#core/traffic/concern.ts";
import type { CountedTraffic } from "#core/traffic/counted-traffic.ts";

type IsConcerned = (traffic: CountedTraffic) => boolean;

const versions = ({ before, after }: ResourceChange): AnyResource[] =>
  [before, after].filter((each) => each !== undefined);

const anyOf = (basis: string, tests: readonly IsConcerned[]): Concerning => ({
  basis,
  of: (traffic) => (tests.some((test) => test(traffic)) ? CONCERNED : NOT_CONCERNED),
});

/** What goes to the hosts, or to the workloads, that a resource is about, before the change or after it. */
export function concernByHost(change: ResourceChange, input: ConcernContext): Concerning {
  return anyOf(
    "requests to its hosts",
    versions(change).flatMap((resource) => testsOf(resource, input, resource === change.before)),
  );
}

/** What comes in through the proxies that a gateway is served by. */
export function concernByGateway(change: ResourceChange, { instances }: ConcernContext): Concerning {
  return anyOf(
    "requests through its proxies",
    versions(change).map((resource) => {
      const served = new Set(
        instances
          .filter(({ labels }) => resource.kind === "Gateway" && matchesLabels(labels, resource.spec.selector))
          .map(({ namespace, workload }) => `${namespace}/${workload}`),
      );
      return ({ key, caller }) => key.fromGateway && served.has(caller);
    }),
  );
}

function testsOf(resource: AnyResource, input: ConcernContext, isNow: boolean): IsConcerned[] {
  const home = resource.metadata.namespace;
  const toHosts = (hosts: readonly string[]): IsConcerned => {
    const patterns = hosts.map((host) => expandHost(host, home, input.mesh.domainSuffix));
    return ({ key }) => patterns.some((pattern) => hostMatches(pattern, key.destinationService));
  };
  switch (resource.kind) {
    case "VirtualService":
      return routed(resource, toHosts, isNow);
    case "DestinationRule":
      return [toHosts([resource.spec.host])];
    case "ServiceEntry":
      return [toHosts(resource.spec.hosts)];
    case "WorkloadGroup":
      return [({ called }) => called === `${home}/${resource.metadata.name}`];
    case "WorkloadEntry":
      return [
        toHosts(
          input.resources.flatMap((each) =>
            each.kind === "ServiceEntry" &&
            each.metadata.namespace === home &&
            each.spec.workloadSelector?.labels !== undefined &&
            matchesLabels(resource.spec.labels ?? {}, each.spec.workloadSelector.labels)
              ? each.spec.hosts
              : [],
          ),
        ),
      ];
    default:
      return [];
  }
}

/**
 * At sidecars what is for its hosts, or for where it sends them now; at gateways, where the host that was asked for is not
 * told by what was counted, for where it sends.
 */
function routed(
  { metadata, spec }: Resource<"VirtualService">,
  toHosts: (hosts: readonly string[]) => IsConcerned,
  isNow: boolean,
): IsConcerned[] {
  const gateways = (spec.gateways ?? ["mesh"]).map((name) => expandGateway(name, metadata.namespace));
  const isOfHosts = toHosts(spec.hosts ?? []);
  const isSentTo = toHosts(listDestinations(spec).map(({ destination }) => destination.host));
  const tests: IsConcerned[] = [];
  if (gateways.includes("mesh"))
    tests.push((traffic) => !traffic.key.fromGateway && (isOfHosts(traffic) || (isNow && isSentTo(traffic))));
  if (gateways.some((name) => name !== "mesh")) tests.push((traffic) => traffic.key.fromGateway && isSentTo(traffic));
  return tests;
}
