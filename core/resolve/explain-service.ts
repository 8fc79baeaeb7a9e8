import { assertNever } from "#core/brand.ts";
import { expandHost, hostMatches, isWildcard } from "#core/host/host.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import type { AppliedResource } from "#core/resolve/applied-resource.ts";
import { byAge } from "#core/resolve/by-age.ts";
import { resolveDestinationRule, ruleHost } from "#core/resolve/destination-rule.ts";
import { reachOf, standsOver } from "#core/resolve/policies.ts";
import { hostsOf } from "#core/resolve/service-entries.ts";
import { gatewaysOf, resolveVirtualServices } from "#core/resolve/virtual-service.ts";
import { matchesLabels } from "#core/resource/labels.ts";
import { type AnyResource, formatRef, type Resource, refOf } from "#core/resource/resource.ts";

type Explained = Omit<AppliedResource, "ref">;

/** Which resources bear on a service, and why; those that look as if they did and do not are told too. */
export function explainService(snapshot: Snapshot, host: string): readonly AppliedResource[] {
  const entry = snapshot.resources.find(
    (resource) => resource.kind === "ServiceEntry" && hostsOf(resource).includes(host),
  );
  if (entry?.kind !== "ServiceEntry") return [];
  const namespace = entry.metadata.namespace;
  const selector = entry.spec.workloadSelector?.labels ?? {};
  const instances = snapshot.instances.filter(
    (instance) => instance.namespace === namespace && matchesLabels(instance.labels, selector),
  );
  const labelSets = instances.length > 0 ? instances.map(({ labels }) => labels) : [selector];
  const explained: AppliedResource[] = [];
  for (const resource of [...snapshot.resources].sort(byAge)) {
    const verdict = explain(resource, { snapshot, host, namespace, labelSets });
    if (verdict !== undefined) explained.push({ ref: formatRef(refOf(resource)), ...verdict });
  }
  return explained;
}

interface Question {
  readonly snapshot: Snapshot;
  readonly host: string;
  readonly namespace: string;
  readonly labelSets: readonly Readonly<Record<string, string>>[];
}

function explain(resource: AnyResource, question: Question): Explained | undefined {
  const { snapshot, host, namespace } = question;
  const { domainSuffix, rootNamespace } = snapshot.mesh;
  const own = resource.metadata.namespace;
  const full = (name: string): string => expandHost(name, own, domainSuffix);
  switch (resource.kind) {
    case "ServiceEntry":
      return hostsOf(resource).includes(host)
        ? { applies: true, reason: "defines the host, its ports and who answers" }
        : undefined;
    case "VirtualService": {
      const named = (resource.spec.hosts ?? []).map(full).find((pattern) => hostMatches(pattern, host));
      if (named === undefined) return gatewayRoute(resource, question) ?? routesHere(resource, question);
      const gateways = gatewaysOf(resource);
      if (!gateways.includes("mesh"))
        return (
          gatewayRoute(resource, question) ?? {
            applies: false,
            reason: `names the host, but only for ${(resource.spec.gateways ?? []).join(", ")}`,
          }
        );
      const [deciding] = resolveVirtualServices(of(snapshot, "VirtualService"), {
        host,
        fromNamespace: own,
        gateway: "mesh",
        domainSuffix,
      });
      if (deciding !== undefined && deciding !== resource)
        return {
          applies: false,
          reason: `${formatRef(refOf(deciding))} is more specific, or older, and routes the same host`,
        };
      return {
        applies: true,
        reason: isWildcard(named) ? `its host ${named} covers this one` : "routes requests for this host",
        path: "spec.http",
      };
    }
    case "DestinationRule": {
      const pattern = ruleHost(resource, domainSuffix);
      if (!hostMatches(pattern, host)) return undefined;
      const resolved = resolveDestinationRule(of(snapshot, "DestinationRule"), {
        host,
        clientNamespace: own,
        serviceNamespace: namespace,
        mesh: snapshot.mesh,
      });
      const [first] = resolved?.rules ?? [];
      if (first !== undefined && resolved?.rules.includes(resource) !== true)
        return { applies: false, reason: `${formatRef(refOf(first))} is for a more specific host, or for others` };
      const where =
        own === namespace
          ? "the service's namespace"
          : own === rootNamespace
            ? "the root namespace"
            : `callers in ${own}`;
      if (first !== undefined && first !== resource)
        return { applies: true, reason: `adds to ${formatRef(refOf(first))}, which is older and for the same host` };
      return { applies: true, reason: `subsets and connection settings for calls to ${pattern}, from ${where}` };
    }
    case "PeerAuthentication":
    case "AuthorizationPolicy":
      return policy(resource, question);
    case "Gateway":
    case "WorkloadEntry":
    case "WorkloadGroup":
      return undefined;
    default:
      return assertNever(resource);
  }
}

function of<K extends AnyResource["kind"]>(snapshot: Snapshot, kind: K): readonly Resource<K>[] {
  return snapshot.resources.filter((each) => each.kind === kind) as unknown as readonly Resource<K>[];
}

/** A VirtualService for other hosts whose routes lead here. */
function routesHere(
  resource: Extract<AnyResource, { kind: "VirtualService" }>,
  { snapshot, host }: Question,
): Explained | undefined {
  const index = (resource.spec.http ?? []).findIndex(({ route = [] }) =>
    route.some(
      ({ destination }) =>
        expandHost(destination.host, resource.metadata.namespace, snapshot.mesh.domainSuffix) === host,
    ),
  );
  if (index < 0) return undefined;
  return {
    applies: true,
    reason: `sends requests for ${(resource.spec.hosts ?? []).join(", ")} here`,
    path: `spec.http[${index}]`,
  };
}

function gatewayRoute(
  resource: Extract<AnyResource, { kind: "VirtualService" }>,
  question: Question,
): Explained | undefined {
  const gateways = (resource.spec.gateways ?? []).filter((name) => name !== "mesh");
  const here = gateways.length === 0 ? undefined : routesHere(resource, question);
  return here === undefined ? undefined : { ...here, reason: `brings requests from ${gateways.join(", ")} here` };
}

function policy(
  resource: Extract<AnyResource, { kind: "PeerAuthentication" | "AuthorizationPolicy" }>,
  { snapshot, namespace, labelSets }: Question,
): Explained | undefined {
  const { rootNamespace } = snapshot.mesh;
  const reached = labelSets.filter((labels) => standsOver(resource, { namespace, labels }, rootNamespace)).length;
  if (reached === 0) return undefined;
  const scope = {
    workloads: `selects ${reached === labelSets.length ? "all" : `${reached} of ${labelSets.length}`} of its workloads`,
    namespace: `holds for namespace ${namespace}`,
    mesh: "holds for the whole mesh",
  }[reachOf(resource, rootNamespace)];
  const what =
    resource.kind === "PeerAuthentication"
      ? `mTLS ${resource.spec.mtls?.mode ?? "UNSET"}`
      : `${resource.spec.action ?? "ALLOW"} by ${(resource.spec.rules ?? []).length} rule${(resource.spec.rules ?? []).length === 1 ? "" : "s"}`;
  return { applies: true, reason: `${what}; ${scope}` };
}
