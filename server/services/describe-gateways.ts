import type { Diagnostic } from "#core/diagnostic.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { type NamedCredential, resolveCredential } from "#core/resolve/credential-use.ts";
import { resolveGatewayHosts } from "#core/resolve/gateway-hosts.ts";
import { endsTls, servesOf, takesTls } from "#core/resolve/gateway-ports.ts";
import { gatewaySelector } from "#core/resolve/gateway-selector.ts";
import type { MeshReader } from "#core/resolve/mesh-reader.ts";
import { type OwnTls, resolveServerTls } from "#core/resolve/server-tls.ts";
import { createSnapshotReader } from "#core/resolve/snapshot-reader.ts";
import { matchesLabels } from "#core/resource/labels.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import { formatPath } from "#core/schema/path.ts";
import type { GatewayCertificate, GatewayProxy, GatewayServerView, GatewayView } from "#core/view/gateway.ts";
import type { ProxyStatus } from "#core/view/mesh.ts";
import type { CredentialBookFacts } from "#server/services/describe-credentials.ts";

type Server = NonNullable<Resource<"Gateway">["spec"]["servers"]>[number];

export interface GatewayParts {
  readonly snapshot: Snapshot;
  readonly credentials: CredentialBookFacts;
  readonly proxies: readonly ProxyStatus[];
  /** Of all objects. */
  readonly findings: readonly Diagnostic[];
}

/** Each Gateway with its servers, what they show, where their requests go, and who serves it. */
export function describeGateways({ snapshot, credentials, proxies, findings }: GatewayParts): GatewayView[] {
  const reader = createSnapshotReader(snapshot);
  const byInstance = new Map(proxies.map((each) => [`${each.namespace}/${each.name}`, each]));
  const problems = Map.groupBy(findings, ({ resource }) => resource);
  return ofKind(snapshot.resources, "Gateway")
    .map((gateway): GatewayView => {
      const ref = formatRef(refOf(gateway));
      const selector = gatewaySelector(gateway);
      const serving = servingOf(snapshot.instances, byInstance, selector);
      const namespace = serving[0]?.namespace ?? gateway.metadata.namespace;
      return {
        ref,
        namespace: gateway.metadata.namespace,
        name: gateway.metadata.name,
        selector,
        servers: (gateway.spec.servers ?? []).map((server, index) => ({
          index,
          ...describeServer(server, { reader, gateway, namespace, credentials }),
        })),
        proxies: serving.map((each) => describeProxy(each, byInstance.get(`${each.namespace}/${each.name}`))),
        problems: (problems.get(ref) ?? [])
          .flatMap(({ severity, message, path = [], hint = "" }) =>
            severity === "error" || severity === "warning" ? [{ severity, message, path: formatPath(path), hint }] : [],
          )
          .sort((a, b) => (a.severity < b.severity ? -1 : a.severity > b.severity ? 1 : 0)),
      };
    })
    .sort((a, b) => (a.ref < b.ref ? -1 : 1));
}

/** Without a selector every gateway serves it: those that are connected as such. */
function servingOf(
  instances: readonly WorkloadInstance[],
  proxies: ReadonlyMap<string, ProxyStatus>,
  selector: Readonly<Record<string, string>>,
): WorkloadInstance[] {
  return instances.filter(({ namespace, name, labels }) => {
    const proxy = proxies.get(`${namespace}/${name}`);
    return proxy === undefined
      ? Object.keys(selector).length > 0 && matchesLabels(labels, selector)
      : proxy.type === "router" && matchesLabels(labels, selector);
  });
}

function describeProxy({ namespace, name }: WorkloadInstance, proxy: ProxyStatus | undefined): GatewayProxy {
  const states = Object.values(proxy?.sync ?? {});
  const state =
    proxy === undefined || proxy.connectedSince === null
      ? "away"
      : states.includes("ERROR")
        ? "refused"
        : states.includes("STALE")
          ? "waiting"
          : "acknowledged";
  return { id: proxy?.id ?? "", namespace, name, state };
}

interface ServerContext {
  readonly reader: MeshReader;
  readonly gateway: Resource<"Gateway">;
  readonly namespace: string;
  readonly credentials: CredentialBookFacts;
}

function describeServer(server: Server, context: ServerContext): Omit<GatewayServerView, "index"> {
  const { reader, gateway, namespace } = context;
  const { port, hosts, tls, name = "" } = server;
  const isTls = takesTls(server);
  const mode = tls?.mode ?? "PASSTHROUGH";
  const serves = servesOf(server);
  const ends = isTls && endsTls({ serves }) ? resolveServerTls(server) : undefined;
  return {
    name: name || port.name,
    port: port.number,
    protocol: port.protocol,
    serves,
    hosts,
    tls: isTls ? mode : null,
    isRedirected: tls?.httpsRedirect ?? false,
    certificates: ends?.kind === "own" ? certificatesOf(ends, context) : [],
    routes: resolveGatewayHosts(reader, gateway, server, namespace).map(({ service, hosts: under }) => ({
      ref: formatRef(refOf(service)),
      hosts: [...under],
    })),
  };
}

function certificatesOf({ certificates, clients }: OwnTls, context: ServerContext): GatewayCertificate[] {
  const roots = clients?.roots;
  return [
    ...certificates.map((each) =>
      each.kind === "files"
        ? onHost("pair", each.certificate)
        : stored({ credential: each.credential, part: "pair" }, context),
    ),
    ...(roots === undefined
      ? []
      : [
          roots.kind === "file"
            ? onHost("roots", roots.path)
            : stored({ credential: roots.credential, part: "roots" }, context),
        ]),
  ];
}

function onHost(part: GatewayCertificate["part"], name: string): GatewayCertificate {
  return { part, name, state: "on-host", facts: [] };
}

function stored(named: NamedCredential, { namespace, credentials }: ServerContext): GatewayCertificate {
  const { key, part, state } = resolveCredential({ credential: (each) => credentials.get(each) }, named, namespace);
  const known = credentials.get(key);
  const facts =
    known?.kind !== "usable" || state !== "usable" ? [] : part === "roots" ? known.roots : [known.certificate];
  return { part, name: key, state, facts: facts.flatMap((each) => each ?? []) };
}
