import { isProxied, type Port } from "#core/model/port.ts";
import type { Service, ServiceDeclaration } from "#core/model/service.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { isVisible } from "#core/resolve/visibility.ts";
import { type Labels, matchesLabels } from "#core/resource/labels.ts";

/** No namespace has this name. */
export const STRANGER = "";

/**
 * Of the declarations of one host, the oldest first, those that make up the service that callers in a namespace see: one
 * of its own before those exported to it by name, and these before those for all; and those that add to it. Ports that
 * are not proxied are as if not there.
 */
export function resolveService(
  host: string,
  declarations: readonly ServiceDeclaration[],
  fromNamespace: string,
): Service | undefined {
  const [only] = declarations;
  if (only !== undefined && declarations.length === 1)
    return isVisible(only.exportTo, only.namespace, fromNamespace)
      ? putTogether(host, declarations, isProxied)
      : undefined;
  const distance = ({ exportTo, namespace }: ServiceDeclaration): number => {
    const isForAll = exportTo.length === 0 || exportTo.includes("*");
    return (namespace === fromNamespace ? 0 : 2) + Number(isForAll);
  };
  const seen = declarations
    .filter(({ exportTo, namespace }) => isVisible(exportTo, namespace, fromNamespace))
    .sort((a, b) => distance(a) - distance(b));
  return putTogether(host, seen, isProxied);
}

/**
 * All services by host, of declarations of which the oldest are first: as namespaces see it that none of them is of or
 * names, so whoever calls gets this one unless another is nearer to it; where such namespaces see none, the oldest.
 */
export function servicesByHost(declarations: readonly ServiceDeclaration[]): ReadonlyMap<string, Service> {
  return new Map(
    [...groupByHost(declarations)].flatMap(([host, each]) => {
      const forAll = each.filter(({ exportTo, namespace }) => isVisible(exportTo, namespace, STRANGER));
      const service = putTogether(host, forAll.length > 0 ? forAll : each);
      return service === undefined ? [] : [[host, service]];
    }),
  );
}

/** What declares each host, in the order given. */
export function groupByHost(
  declarations: readonly ServiceDeclaration[],
): ReadonlyMap<string, readonly ServiceDeclaration[]> {
  const byHost = new Map<string, ServiceDeclaration[]>();
  for (const declaration of declarations)
    for (const host of declaration.hosts) {
      const known = byHost.get(host);
      if (known === undefined) byHost.set(host, [declaration]);
      else known.push(declaration);
    }
  return byHost;
}

/** The labels by which it finds who answers; undefined where it finds nobody by labels: endpoints are written, or no label is named. */
export function selectorOf({ selector }: Pick<ServiceDeclaration, "selector">): Labels | undefined {
  return selector === undefined || Object.keys(selector).length === 0 ? undefined : selector;
}

/** Whether a workload that carries these labels answers for it. */
export function selects(service: Pick<ServiceDeclaration, "selector">, labels: Labels): boolean {
  const selector = selectorOf(service);
  return selector !== undefined && matchesLabels(labels, selector);
}

/** Those of the instances, or of other workloads, that a service selects, in their order. */
export function instancesOf<W extends Pick<WorkloadInstance, "namespace" | "labels">>(
  service: Pick<ServiceDeclaration, "namespace" | "selector">,
  instances: readonly W[],
): readonly W[] {
  if (selectorOf(service) === undefined) return [];
  return instances.filter(({ namespace, labels }) => namespace === service.namespace && selects(service, labels));
}

/** The services of one declaration by itself, with the ports that are proxied. */
export function servicesOf(declaration: ServiceDeclaration): Service[] {
  const ports = declaration.ports.filter(isProxied);
  return declaration.hosts.map((host) => serviceOf(host, declaration, ports));
}

function serviceOf(host: string, declaration: ServiceDeclaration, ports: readonly Port[]): Service {
  const { namespace, resolution, isInMesh, selector, subjectAltNames, addresses } = declaration;
  const declarations = [declaration] as const;
  return { host, namespace, ports, resolution, isInMesh, selector, subjectAltNames, addresses, declarations };
}

/** The first, with the ports, addresses and endpoints of those that add to it; where two have one port number, it is the first one's. */
function putTogether(
  host: string,
  [deciding, ...others]: readonly ServiceDeclaration[],
  isOffered: (port: Port) => boolean = () => true,
): Service | undefined {
  if (deciding === undefined) return undefined;
  const more = others.filter((each) => addsTo(deciding, each));
  if (more.length === 0)
    return serviceOf(
      host,
      deciding,
      deciding.ports.every(isOffered) ? deciding.ports : deciding.ports.filter(isOffered),
    );
  const ports = new Map<number, Port>();
  for (const each of [deciding, ...more])
    for (const port of each.ports) if (isOffered(port) && !ports.has(port.number)) ports.set(port.number, port);
  const addresses = [...new Set([deciding, ...more].flatMap((each) => each.addresses))];
  return { ...serviceOf(host, deciding, [...ports.values()]), addresses, declarations: [deciding, ...more] };
}

/** Declarations of one namespace that are alike in all but ports and endpoints are one service (Istio's `canMergeServices`). */
export function addsTo(a: ServiceDeclaration, b: ServiceDeclaration): boolean {
  return (
    a.namespace === b.namespace &&
    a.resolution === b.resolution &&
    canonical(a.labels) === canonical(b.labels) &&
    canonical(a.selector) === canonical(b.selector) &&
    [...a.exportTo].sort().join() === [...b.exportTo].sort().join()
  );
}

function canonical(labels: Labels = {}): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
