import { expandHost, hostMatches, isWildcard } from "#core/host/host.ts";
import type { ConnectionPool } from "#core/kinds/destination-rule/connection-pool.ts";
import type { SidecarIngress } from "#core/kinds/sidecar/schema.ts";
import { mayBeHttp, type PortProtocol, protocolOf, protocolOfPortName } from "#core/model/protocol.ts";
import type { Service } from "#core/model/service.ts";
import { destinationsOf } from "#core/resolve/destinations-of.ts";
import { withoutTargets } from "#core/resolve/policy-scope.ts";
import { resolveServerTls, type ServerTls } from "#core/resolve/server-tls.ts";
import { findSpeaking } from "#core/resolve/speaking.ts";
import { gatewaysOf } from "#core/resolve/virtual-service.ts";
import { isVisible } from "#core/resolve/visibility.ts";
import type { Labels } from "#core/resource/labels.ts";
import { type Resource, type ResourceRef, refOf } from "#core/resource/resource.ts";
import { type ImportedHost, parseImportedHost } from "#core/schema/imported-host.ts";

type Sidecar = Resource<"Sidecar">;
type VirtualService = Resource<"VirtualService">;

/** What callers may call, as a Sidecar says it. */
export interface Imports {
  /** Equal for equal ones. */
  readonly key: string;
  /** In lower case; on each port those of the listener for it, else those of the one for all others. */
  readonly listeners: readonly ImportListener[];
  /** On a port with a listener of its own those of the one for all others count too. */
  readonly isUnion?: true;
}

interface ImportListener {
  /** Undefined: all that have no listener. */
  readonly port: number | undefined;
  /** It is bound somewhere: captured connections to services do not come to it. */
  readonly isElsewhere?: boolean;
  readonly hosts: readonly ImportedHost[];
}

/** The same as it is written. */
export interface ImportTexts extends Pick<ImportListener, "port" | "isElsewhere"> {
  readonly hosts: readonly string[];
}

/** The Sidecar that speaks for a workload: one that selects it, else its namespace's, else the mesh's. */
export function resolveSidecar(
  sidecars: readonly Sidecar[],
  workload: { readonly namespace: string; readonly labels: Labels },
  rootNamespace: string,
): Sidecar | undefined {
  const { own, namespace, mesh } = findSpeaking(sidecars, workload, withoutTargets(rootNamespace));
  return own ?? namespace ?? mesh;
}

/** The hosts that a Sidecar names, as written; undefined where it leaves callers all that they see. */
export function importedTexts({ spec }: Sidecar): readonly ImportTexts[] | undefined {
  const { egress = [] } = spec;
  if (egress.length === 0) return undefined;
  return egress.map(({ port, hosts, bind, captureMode }) => {
    const isElsewhere = port !== undefined && (bind !== undefined || captureMode === "NONE");
    return { port: port?.number, hosts, ...(isElsewhere ? { isElsewhere } : {}) };
  });
}

/** `.` is the callers' namespace, also where the Sidecar is of the root namespace. */
export function readImports(texts: readonly ImportTexts[], callerNamespace: string): Imports {
  const listeners = texts.map(
    ({ hosts, ...listener }): ImportListener => ({
      ...listener,
      hosts: hosts.flatMap((text): ImportedHost[] => {
        const found = parseImportedHost(text);
        if (found === undefined) return [];
        const { host, namespace } = found;
        return [{ ...found, host: host.toLowerCase(), namespace: namespace === "." ? callerNamespace : namespace }];
      }),
    }),
  );
  const key = texts.map(({ port, isElsewhere, hosts }) =>
    [...(port === undefined ? [] : [`${port}${isElsewhere === true ? " elsewhere" : ""}`]), ...hosts].join(" "),
  );
  return { key: `${callerNamespace} ${key.join(";")}`, listeners };
}

/** Of captured connections to the addresses of services: a listener that is bound elsewhere has no say in them. */
export function importsOfConnections({ key, listeners }: Imports): Imports {
  const capturing = listeners.filter(({ isElsewhere }) => isElsewhere !== true);
  return { key: `${key} captured`, listeners: capturing };
}

/**
 * Whom else they find at an address of its own: what the listener for all other ports names, on all ports. Undefined where no port has
 * a listener.
 */
export function importsBeside({ key, listeners }: Imports): Imports | undefined {
  const rest = listeners.filter(({ port }) => port === undefined);
  return rest.length === listeners.length ? undefined : { key: `${key} beside`, listeners: rest };
}

/** Of whom there are clusters: all that any listener names, on the port that it is for. */
export function importsOfClusters({ key, listeners }: Imports): Imports {
  return { key: `${key} clusters`, listeners, isUnion: true };
}

/** Whether callers know a service of this namespace by this host, on a port or on any. */
export function importsHost(imports: Imports, host: string, namespace: string, port?: number): boolean {
  const asked = port === undefined ? imports.listeners : listenersFor(imports, port);
  return asked.some((each) => covers(each, host, namespace));
}

/** The same for those who call a port alone. */
export function importsAt(imports: Imports, port: number | undefined): Imports {
  const { key, listeners } = imports;
  if (port === undefined || listeners.every((each) => each.port === undefined)) return imports;
  const own = listenersFor(imports, port);
  return { key: `${key} at ${own[0]?.port ?? "others"}`, listeners: own };
}

function listenersFor({ listeners, isUnion }: Imports, number: number): Imports["listeners"] {
  const own = listeners.filter(({ port }) => port === number);
  const rest = listeners.filter(({ port }) => port === undefined);
  if (isUnion === true) return [...own, ...rest];
  return own.length > 0 ? own : rest;
}

function covers({ hosts }: ImportListener, host: string, namespace: string): boolean {
  const isMeant = (each: ImportedHost): boolean =>
    (each.namespace === "*" || each.namespace === namespace) && hostMatches(each.host, host);
  return (
    hosts.some((each) => !each.isExcluded && isMeant(each)) && !hosts.some((each) => each.isExcluded && isMeant(each))
  );
}

/** A service as these callers know it: with the ports on which they do; undefined where that is none. */
export function importPorts(service: Service | undefined, imports: Imports): Service | undefined {
  if (service === undefined || imports.listeners.every(({ port }) => port === undefined)) return service;
  const { host, namespace } = service;
  const ports = service.ports.filter(({ number }) => importsHost(imports, host, namespace, number));
  if (ports.length === 0) return undefined;
  return ports.length === service.ports.length ? service : { ...service, ports };
}

/** A port that a Sidecar has its callers come to. */
export interface EgressPort {
  readonly number: number;
  readonly isHttp: boolean;
  /** gRPC-Web of its callers goes on in gRPC. */
  readonly takesGrpcWeb: boolean;
  readonly address: string;
  /** It has a listener of its own also where traffic is captured. */
  readonly isBound: boolean;
  /** The hosts that it names whole, as they are written. */
  readonly hosts: readonly string[];
}

export function egressPortsOf(sidecar: Sidecar | undefined): readonly EgressPort[] {
  return (sidecar?.spec.egress ?? []).flatMap(({ port, bind = LOOPBACK, captureMode, hosts }): EgressPort[] =>
    port === undefined
      ? []
      : [
          {
            number: port.number,
            isHttp: mayBeHttp(writtenProtocol(port, false)),
            takesGrpcWeb: writtenProtocol(port, false) === "grpc-web",
            address: bind,
            isBound: captureMode === "NONE",
            hosts: hosts.flatMap((text) => {
              const found = parseImportedHost(text);
              return found === undefined || found.isExcluded || isWildcard(found.host)
                ? []
                : [found.host.toLowerCase()];
            }),
          },
        ],
  );
}

const LOOPBACK = "127.0.0.1";

/** Whether callers have the routes of a VirtualService: they know one of its hosts, or part of what one stands for. */
export function importsRoutes(imports: Imports, { spec, metadata }: VirtualService, domainSuffix: string): boolean {
  const { namespace } = metadata;
  return (spec.hosts ?? []).some((written) => {
    const host = expandHost(written, namespace, domainSuffix);
    return importsHost(imports, host, namespace) || (isWildcard(host) && importsBelow(imports, host, namespace));
  });
}

function importsBelow({ listeners }: Imports, pattern: string, namespace: string): boolean {
  const isBelow = (each: ImportedHost): boolean =>
    !each.isExcluded && (each.namespace === "*" || each.namespace === namespace) && hostMatches(pattern, each.host);
  return listeners.some(({ hosts }) => hosts.some(isBelow));
}

/** Whether a route of these callers leads to a host: they have its clusters, whatever else they know. */
export function isRouted(
  host: string,
  services: readonly VirtualService[],
  imports: Imports,
  { namespace, domainSuffix }: { readonly namespace: string; readonly domainSuffix: string },
): boolean {
  return services.some(
    (each) =>
      gatewaysOf(each).includes("mesh") &&
      isVisible(each.spec.exportTo, each.metadata.namespace, namespace) &&
      importsRoutes(imports, each, domainSuffix) &&
      destinationsOf(each, domainSuffix).has(host),
  );
}

/** Where a sidecar puts what comes to a port. */
export type ApplicationAddress =
  | { readonly kind: "loopback"; readonly address: "127.0.0.1" | "::1"; readonly port: number }
  /** At the address of the instance itself. */
  | { readonly kind: "instance"; readonly port: number }
  | { readonly kind: "socket"; readonly path: string };

/** A port that a Sidecar has its workloads answer. */
export interface IngressPort {
  readonly number: number;
  readonly protocol: PortProtocol;
  /** It has a listener of its own, at `bind` or else at the instance's address, also where traffic is captured. */
  readonly isBound: boolean;
  readonly bind: string | undefined;
  /** Undefined: the same port of loopback. */
  readonly application: ApplicationAddress | undefined;
  /** How TLS of callers from outside of the mesh ends here. */
  readonly tls: ServerTls | undefined;
  readonly pool: ConnectionPool | undefined;
}

/** What a Sidecar says of what comes to its workloads. */
export interface SidecarInbound {
  /** Of connections to the application. */
  readonly pool: ConnectionPool | undefined;
  /** In the place of all others; empty: those of services and of the agent. */
  readonly ports: readonly IngressPort[];
  readonly source: ResourceRef;
}

export function inboundOf(sidecar: Sidecar | undefined): SidecarInbound | undefined {
  if (sidecar === undefined) return undefined;
  const { inboundConnectionPool: pool, ingress = [] } = sidecar.spec;
  if (pool === undefined && ingress.length === 0) return undefined;
  return { pool, ports: ingress.map(readIngress), source: refOf(sidecar) };
}

function readIngress({ port, bind, captureMode, defaultEndpoint, tls, connectionPool }: SidecarIngress): IngressPort {
  return {
    number: port.number,
    protocol: writtenProtocol(port, tls !== undefined),
    isBound: captureMode === "NONE",
    bind,
    application: defaultEndpoint === undefined ? undefined : readEndpoint(defaultEndpoint),
    tls: resolveServerTls({ tls }),
    pool: connectionPool,
  };
}

/** What is spoken once TLS has ended here. */
function writtenProtocol(
  { name = "", protocol }: { readonly name?: string; readonly protocol?: string },
  endsTls: boolean,
): PortProtocol {
  const found = protocol === undefined ? protocolOfPortName(name) : protocolOf({ protocol });
  if (!endsTls || found !== "tls") return found;
  return (protocol ?? name).toLowerCase().startsWith("https") ? "http" : "tcp";
}

function readEndpoint(text: string): ApplicationAddress {
  if (text.startsWith("unix://")) return { kind: "socket", path: text.slice("unix://".length) };
  const port = Number(text.slice(text.lastIndexOf(":") + 1));
  if (text.startsWith("127.0.0.1:")) return { kind: "loopback", address: "127.0.0.1", port };
  return text.startsWith("[::1]:") ? { kind: "loopback", address: "::1", port } : { kind: "instance", port };
}
