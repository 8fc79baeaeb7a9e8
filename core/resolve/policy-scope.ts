import { expandHost } from "#core/host/host.ts";
import { foundBy, isOfRoutes, type PolicyTarget, targetsOf } from "#core/kinds/policy-target.ts";
import type { ServiceDeclaration } from "#core/model/service.ts";
import type { MeshSettings } from "#core/registry/snapshot.ts";
import { gatewaySelector } from "#core/resolve/gateway-selector.ts";
import { selectorOf } from "#core/resolve/service.ts";
import { gatewaysOf } from "#core/resolve/virtual-service.ts";
import { type Labels, matchesLabels } from "#core/resource/labels.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { type AnyResource, formatRef, type Metadata, type Resource, refOf } from "#core/resource/resource.ts";
import { declareServices } from "#core/sources/declare-service.ts";

/** What is for the workloads that it selects or that are behind its targets, for its namespace, or from the root namespace for the mesh. */
export interface ForWorkloads {
  readonly metadata: Metadata;
  readonly spec: {
    readonly selector?: { readonly matchLabels?: Labels };
    readonly workloadSelector?: { readonly labels?: Labels };
    readonly targetRef?: PolicyTarget;
    readonly targetRefs?: readonly PolicyTarget[];
  };
}

/** What says whom it is for has to be asked for: which namespace is the mesh's, and which workloads are behind a target. */
export interface PolicyScope {
  readonly rootNamespace: string;
  /** Labels of the workloads of a namespace that are behind what a policy of that namespace names: any of these; none where it is not there, or selects nobody. */
  targeted(namespace: string, target: PolicyTarget): readonly Labels[];
  /** Places of the routes that a target of that namespace names; none where it is not there, or names workloads. */
  routed(namespace: string, target: PolicyTarget): readonly NamedRoutes[];
}

/** Routes as a target names them: all of a VirtualService, or the one that stands at `path`. */
export interface NamedRoutes {
  readonly resource: string;
  readonly path: string | undefined;
}

/** What is looked through for targets. */
export interface Targetable {
  readonly declarations: readonly ServiceDeclaration[];
  /** Of every namespace. */
  readonly gateways: readonly Resource<"Gateway">[];
  readonly groups: readonly Resource<"WorkloadGroup">[];
  readonly virtualServices: readonly Resource<"VirtualService">[];
}

/** The same for what names no targets. */
export function withoutTargets(rootNamespace: string): PolicyScope {
  return { rootNamespace, targeted: () => [], routed: () => [] };
}

/** All of its namespace, or the workloads that bear all labels of one of these. */
export type Selection = "all" | readonly Labels[];

/** Which workloads of where it holds something is for. */
export function selectionOf(resource: ForWorkloads, scope: PolicyScope): Selection {
  const { metadata, spec } = resource;
  const targets = targetsOf(spec);
  if (targets.length > 0)
    return targets
      .filter((target) => !isOfRoutes(target))
      .flatMap((target) => scope.targeted(metadata.namespace, target));
  const labels = selectedLabels(resource);
  return labels === undefined ? "all" : [labels];
}

export function isSelected(selection: Selection, labels: Labels): boolean {
  return selection === "all" || selection.some((each) => matchesLabels(labels, each));
}

/** The labels of the workloads that it is for; undefined where it names none. */
export function selectedLabels({ spec: { selector, workloadSelector } }: ForWorkloads): Labels | undefined {
  const labels = selector?.matchLabels ?? workloadSelector?.labels ?? {};
  return Object.keys(labels).length === 0 ? undefined : labels;
}

/** Whether it chooses among the workloads of where it holds. */
export function isChoosing(resource: ForWorkloads): boolean {
  return selectedLabels(resource) !== undefined || targetsOf(resource.spec).length > 0;
}

/** By which workloads say that they serve a Gateway of the Gateway API. */
const GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";

/** The labels of a target's workloads; services and gateways may be of any namespace. */
export function findTargeted(
  target: PolicyTarget,
  namespace: string,
  { declarations, gateways, groups, virtualServices }: Targetable,
  domainSuffix: string,
): readonly Labels[] {
  const { kind, name } = target;
  const by = foundBy(target);
  const isIt = ({ metadata }: { readonly metadata: Metadata }): boolean =>
    metadata.namespace === namespace && metadata.name === name;
  if (by === "routes") {
    const bound = new Set(virtualServices.filter(isIt).flatMap(gatewaysOf));
    return gateways
      .filter(({ metadata }) => bound.has(`${metadata.namespace}/${metadata.name}`))
      .map(gatewaySelector)
      .filter((labels) => Object.keys(labels).length > 0);
  }
  if (by === "group")
    return groups
      .filter(isIt)
      .map(({ spec }) => spec.metadata?.labels ?? {})
      .filter((labels) => Object.keys(labels).length > 0);
  if (by === "gateway")
    return [
      ...gateways
        .filter(isIt)
        .map(gatewaySelector)
        // One without labels makes nobody a gateway.
        .filter((labels) => Object.keys(labels).length > 0),
      { [GATEWAY_NAME]: name },
    ];
  const host = expandHost(name, namespace, domainSuffix);
  const ref = `${kind}/${namespace}/${name}`;
  return declarations
    .filter((each) => each.namespace === namespace)
    .filter(({ hosts, source }) => (by === "host" ? hosts.includes(host) : source.ref === ref))
    .map(selectorOf)
    .filter((labels) => labels !== undefined);
}

/** The routes of a target of this namespace. */
export function findRoutes(
  target: PolicyTarget,
  namespace: string,
  virtualServices: readonly Resource<"VirtualService">[],
): readonly NamedRoutes[] {
  if (!isOfRoutes(target)) return [];
  const { name, sectionName } = target;
  return virtualServices
    .filter(({ metadata }) => metadata.namespace === namespace && metadata.name === name)
    .flatMap((service): NamedRoutes[] => {
      const resource = formatRef(refOf(service));
      if (sectionName === undefined) return [{ resource, path: undefined }];
      return (service.spec.http ?? []).flatMap((http, index) =>
        http.name === sectionName ? [{ resource, path: `spec.http[${index}]` }] : [],
      );
    });
}

const known = new WeakMap<readonly AnyResource[], PolicyScope>();

/** As configuration says; worked out once for each list of resources, which must not be changed after. */
export function policyScope(
  { rootNamespace, domainSuffix }: Pick<MeshSettings, "rootNamespace" | "domainSuffix">,
  resources: readonly AnyResource[],
): PolicyScope {
  const before = known.get(resources);
  if (before !== undefined) return before;
  // It is asked of each policy again for each workload.
  const found = new Map<string, readonly Labels[]>();
  const scope: PolicyScope = {
    rootNamespace,
    targeted: (namespace, target) => {
      const key = `${target.kind} ${namespace}/${target.name}`;
      const labels =
        found.get(key) ??
        findTargeted(
          target,
          namespace,
          {
            declarations: declareServices(resources),
            gateways: ofKind(resources, "Gateway"),
            groups: ofKind(resources, "WorkloadGroup"),
            virtualServices: ofKind(resources, "VirtualService"),
          },
          domainSuffix,
        );
      found.set(key, labels);
      return labels;
    },
    routed: (namespace, target) => findRoutes(target, namespace, ofKind(resources, "VirtualService")),
  };
  known.set(resources, scope);
  return scope;
}
