import { z } from "zod";
import { parseWorkloadLabel } from "#core/model/workload-label.ts";
import type { CredentialView } from "#core/view/credential.ts";
import type { IdentityView } from "#core/view/session.ts";
import { parseCredential } from "#core/xds/credential-name.ts";

// What is read of Envoy's resources, in proto3 JSON: fields at their default are absent.

const address = z.object({
  socketAddress: z.object({ address: z.string().default(""), portValue: z.number().default(0) }).optional(),
});
const httpRoute = z.object({
  name: z.string().optional(),
  match: z
    .object({
      prefix: z.string().optional(),
      path: z.string().optional(),
      pathSeparatedPrefix: z.string().optional(),
      safeRegex: z.object({ regex: z.string() }).optional(),
      headers: z.array(z.unknown()).optional(),
      queryParameters: z.array(z.unknown()).optional(),
    })
    .optional(),
});
const virtualHost = z.object({
  name: z.string(),
  domains: z.array(z.string()).default([]),
  routes: z.array(httpRoute).default([]),
});
const filter = z.object({
  name: z.string(),
  typedConfig: z
    .object({
      rds: z.object({ routeConfigName: z.string() }).optional(),
      routeConfig: z.object({ name: z.string().optional() }).optional(),
      cluster: z.string().optional(),
      weightedClusters: z.object({ clusters: z.array(z.object({ name: z.string() })) }).optional(),
    })
    .optional(),
});
const filterChain = z.object({
  filterChainMatch: z
    .object({
      serverNames: z.array(z.string()).optional(),
      transportProtocol: z.string().optional(),
      applicationProtocols: z.array(z.string()).optional(),
      destinationPort: z.number().optional(),
    })
    .optional(),
  filters: z.array(filter).default([]),
});

const cluster = z.object({ name: z.string(), type: z.string().optional() });
const listener = z.object({
  name: z.string(),
  address: address.optional(),
  filterChains: z.array(filterChain).default([]),
  defaultFilterChain: filterChain.optional(),
});
const routeConfiguration = z.object({ name: z.string(), virtualHosts: z.array(virtualHost).default([]) });
const assignment = z.object({
  clusterName: z.string(),
  endpoints: z
    .array(
      z.object({
        lbEndpoints: z
          .array(
            z.object({
              endpoint: z.object({ address }).optional(),
              healthStatus: z.string().default("HEALTHY"),
              metadata: z
                .object({
                  filterMetadata: z.object({ istio: z.object({ workload: z.string() }).optional() }).optional(),
                })
                .optional(),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
});

const entries = <T extends z.ZodType>(resource: T) =>
  z.array(z.object({ name: z.string(), origins: z.array(z.object({ resource: z.string() })).default([]), resource }));

type Origins = readonly { readonly resource: string }[];

/** `reviews.default` of the first VirtualService (or DestinationRule) that had a part in it. */
function originOf(origins: Origins, kind: string): string {
  const [, namespace, name] =
    origins.find(({ resource }) => resource.startsWith(`${kind}/`))?.resource.split("/") ?? [];
  return name === undefined ? "" : `${name}.${namespace}`;
}

export interface ClusterRow {
  readonly name: string;
  readonly fqdn: string;
  readonly port: string;
  readonly subset: string;
  readonly direction: string;
  readonly type: string;
  readonly destinationRule: string;
}

/** Istio's cluster names say it all: `outbound|9080|v1|reviews.default.svc.cluster.local`. */
export function clusterRows(config: unknown): ClusterRow[] {
  return entries(cluster)
    .parse(config)
    .map(({ resource, origins }) => {
      const [direction = "", port = "", subset = "", fqdn = ""] = resource.name.split("|");
      const isNamed = resource.name.includes("|");
      return {
        name: resource.name,
        fqdn: isNamed ? fqdn : resource.name,
        port: isNamed ? port : "",
        subset,
        direction: isNamed ? direction : "",
        type: resource.type ?? "STATIC",
        destinationRule: originOf(origins, "DestinationRule"),
      };
    });
}

export interface ListenerRow {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly match: string;
  readonly destination: string;
}

/** One row for each filter chain. */
export function listenerRows(config: unknown): ListenerRow[] {
  return entries(listener)
    .parse(config)
    .flatMap(({ resource: { name, address: bound, filterChains, defaultFilterChain } }) =>
      [...filterChains, ...(defaultFilterChain === undefined ? [] : [defaultFilterChain])].map((chain) => ({
        name,
        address: bound?.socketAddress?.address ?? "",
        port: bound?.socketAddress?.portValue ?? 0,
        match: matchOf(chain),
        destination: destinationOf(chain),
      })),
    );
}

function matchOf({ filterChainMatch: match }: z.infer<typeof filterChain>): string {
  const parts = [
    match?.transportProtocol === undefined ? "" : `Trans: ${match.transportProtocol}`,
    match?.serverNames === undefined ? "" : `SNI: ${match.serverNames.join(",")}`,
    match?.applicationProtocols === undefined ? "" : `App: ${match.applicationProtocols.join(",")}`,
    match?.destinationPort === undefined ? "" : `Port: ${match.destinationPort}`,
  ];
  return parts.filter((part) => part !== "").join("; ") || "ALL";
}

function destinationOf({ filters }: z.infer<typeof filterChain>): string {
  for (const { typedConfig } of filters) {
    const route = typedConfig?.rds?.routeConfigName ?? typedConfig?.routeConfig?.name;
    if (route !== undefined) return `Route: ${route}`;
    if (typedConfig?.cluster !== undefined) return `Cluster: ${typedConfig.cluster}`;
    if (typedConfig?.weightedClusters !== undefined)
      return `Clusters: ${typedConfig.weightedClusters.clusters.map(({ name }) => name).join(",")}`;
  }
  return filters.at(-1)?.name ?? "";
}

export interface RouteRow {
  /** The resource it comes from. */
  readonly entry: string;
  readonly name: string;
  readonly vhost: string;
  readonly domains: string;
  readonly match: string;
  readonly virtualService: string;
}

/** The virtual hosts inside route tables, and those that are resources of their own (`TABLE/HOST`). */
export function routeRows(tables: unknown, virtualHosts: unknown): RouteRow[] {
  const rows = (entry: string, name: string, vhost: z.infer<typeof virtualHost>, origins: Origins): RouteRow[] =>
    vhost.routes.map((route) => ({
      entry,
      name,
      vhost: vhost.name,
      domains: domainsOf(vhost.domains),
      match: routeMatch(route),
      virtualService: originOf(origins, "VirtualService"),
    }));
  return [
    ...entries(routeConfiguration)
      .parse(tables)
      .flatMap(({ resource, origins }) =>
        resource.virtualHosts.flatMap((vhost) => rows(resource.name, resource.name, vhost, origins)),
      ),
    ...entries(virtualHost)
      .parse(virtualHosts)
      .flatMap(({ name, resource, origins }) => {
        const [table = "", host = ""] = name.split(/\/(.*)/s, 2);
        return rows(name, table, { ...resource, name: host }, origins);
      }),
  ];
}

function domainsOf(domains: readonly string[]): string {
  const [first = ""] = domains.toSorted((a, b) => a.length - b.length);
  return domains.length > 1 ? `${first} + ${domains.length - 1} more` : first;
}

function routeMatch({ match }: z.infer<typeof httpRoute>): string {
  const path =
    match?.path ??
    (match?.prefix === undefined ? undefined : `${match.prefix}*`) ??
    (match?.pathSeparatedPrefix === undefined ? undefined : `${match.pathSeparatedPrefix}/*`) ??
    (match?.safeRegex === undefined ? "/*" : `regex ${match.safeRegex.regex}`);
  const others = (match?.headers?.length ?? 0) + (match?.queryParameters?.length ?? 0);
  return others === 0 ? path : `${path} + ${others} more`;
}

export interface EndpointRow {
  readonly address: string;
  readonly port: number;
  readonly status: string;
  readonly workload: string;
  readonly cluster: string;
}

export function endpointRows(config: unknown): EndpointRow[] {
  return entries(assignment)
    .parse(config)
    .flatMap(({ resource: { clusterName, endpoints } }) =>
      endpoints.flatMap(({ lbEndpoints }) =>
        lbEndpoints.map(({ endpoint, healthStatus, metadata }) => {
          const at = endpoint?.address.socketAddress;
          const label = metadata?.filterMetadata?.istio?.workload;
          const { workload, namespace } = parseWorkloadLabel(label);
          return {
            address: at?.address ?? "",
            port: at?.portValue ?? 0,
            status: healthStatus,
            workload: label === undefined ? "" : `${workload}.${namespace}`,
            cluster: clusterName,
          };
        }),
      ),
    );
}

export interface SecretRow {
  readonly name: string;
  readonly type: "Cert Chain" | "CA";
  readonly serial?: string;
  /** ISO 8601, as are the others; absent where nothing is known of what it holds. */
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly identity?: string;
}

/** The certificate by which the proxy is known. */
export function identityRow({ serial, notBefore, notAfter, spiffeId }: IdentityView): SecretRow {
  return { name: "default", type: "Cert Chain", serial, notBefore, notAfter, identity: spiffeId };
}

/** A stored credential, or its authorities, of which the one that ends first is told. */
export function credentialRow(name: string, credentials: readonly CredentialView[]): SecretRow {
  const asked = parseCredential(name);
  const type = asked?.part === "roots" ? "CA" : "Cert Chain";
  const facts = credentials.find((each) => `${each.namespace}/${each.name}` === asked?.key)?.facts;
  if (facts?.kind !== "usable") return { name, type };
  const [first] = facts.roots.toSorted((a, b) => a.notAfterMs - b.notAfterMs);
  const shown = type === "CA" ? first : facts.certificate;
  if (shown === undefined) return { name, type };
  return {
    ...{ name, type },
    notBefore: new Date(shown.notBeforeMs).toISOString(),
    notAfter: new Date(shown.notAfterMs).toISOString(),
    identity: shown.names.length === 0 ? shown.subject : shown.names.join(","),
  };
}
