import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatSpiffeId } from "#core/identity/spiffe-id.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { parseAddress } from "#core/simulate/address.ts";
import type { Call, Party } from "#core/simulate/call.ts";
import type { Connection } from "#core/simulate/exchange.ts";
import { Headers } from "#core/simulate/headers.ts";
import { ProxyImage } from "#core/simulate/proxy-image.ts";
import type { Layer, ProxyNode } from "#core/xds/layer.ts";
import type { TestAuthority } from "#grpc/testing/certificates.ts";
import { verifySignature } from "#node/verify-signature.ts";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { hash } from "#server/envoy/testing/random-world.ts";
import { makeNode, type ProxyHeader } from "#server/envoy/testing/read-case.ts";
import type { Question } from "#server/envoy/testing/scenario.ts";
import { withSecrets } from "#server/envoy/testing/start-static-proxy.ts";
import { staticBootstrap } from "#server/envoy/testing/static-bootstrap.ts";

type Json = Record<string, unknown>;

/** The proxies of a mesh that stays the same while its configuration changes. */
export interface SmallMesh {
  readonly proxies: readonly { readonly header: ProxyHeader; readonly account: string; readonly secrets: string }[];
  readonly instances: readonly WorkloadInstance[];
}

/** Issues each proxy its certificate, in a directory of its own under `dir`. */
export async function issueSecrets(
  authority: TestAuthority,
  dir: string,
  header: ProxyHeader,
  account: string,
): Promise<SmallMesh["proxies"][number]> {
  const secrets = join(dir, `secrets-${header.name}`);
  mkdirSync(secrets, { recursive: true });
  const { cert, key } = await authority.issue(spiffeOf(header.namespace, account));
  const files = { "cert.pem": cert, "key.pem": key, "roots.pem": authority.roots };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(secrets, name), text);
  return { header, account, secrets };
}

/** Of an account of the mesh, or of `account@trust-domain`. */
export function spiffeOf(namespace: string, account: string): string {
  const [serviceAccount = "", trustDomain = "cluster.local"] = account.split("@");
  return formatSpiffeId({ trustDomain, namespace, serviceAccount });
}

/** One configuration of the mesh, as all its proxies hold it. */
export interface CompiledMesh {
  /** For one Envoy that is all of them: names of clusters bear the proxy's name. */
  readonly listeners: readonly Json[];
  readonly clusters: readonly Json[];
  readonly parties: ReadonlyMap<string, Party>;
}

export function compileMesh(
  { proxies, instances }: SmallMesh,
  resources: Snapshot["resources"],
  mesh: Snapshot["mesh"],
  generation: number,
): CompiledMesh {
  const compiler = createCompiler({ revision: 1, mesh, resources, instances: [...instances] }, { hash });
  const parties = new Map<string, Party>();
  const listeners: Json[] = [];
  const clusters: Json[] = [];
  for (const { header, account, secrets } of proxies) {
    const { layers } = compiler.open(nodeOf(header));
    const own = renamed(layers, `${generation}/${header.name}/`, secrets);
    listeners.push(...own.listeners);
    clusters.push(...own.clusters);
    parties.set(header.name, {
      name: header.name,
      image: new ProxyImage(layers, { nowMs: () => Date.now(), verify: verifySignature }),
      certificate: { uris: [spiffeOf(header.namespace, account)], dnsNames: [], subject: "" },
      address: "127.0.0.1",
    });
  }
  return { listeners, clusters, parties };
}

function nodeOf(header: ProxyHeader): ProxyNode {
  const made = makeNode(header);
  const { PHAROS_ACCESS_LOG: _, ...metadata } = made.metadata;
  return { ...made, metadata: { ...metadata, PHAROS_TRACING: false } };
}

function renamed(
  layers: readonly Layer[],
  prefix: string,
  secrets: string,
): { readonly listeners: Json[]; readonly clusters: Json[] } {
  const { staticResources } = withSecrets(staticBootstrap(layers), secrets) as {
    staticResources: { listeners: Json[]; clusters: Json[] };
  };
  const own = staticResources.clusters.filter(({ name }) => name !== "sds-grpc" && name !== "spans-agent");
  const names = new Set(own.map(({ name }) => String(name)));
  const rename = (value: unknown): unknown => {
    if (typeof value === "string") return names.has(value) ? prefix + value : value;
    if (Array.isArray(value)) return value.map(rename);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, rename(each)]));
  };
  return { listeners: staticResources.listeners.map(rename) as Json[], clusters: own.map(rename) as Json[] };
}

/** A question to a port of this host as the engine is asked it. */
export function callOf(
  { parties }: Pick<CompiledMesh, "parties">,
  { instances }: Pick<SmallMesh, "instances">,
  question: Question,
): Call {
  for (const from of parties.values()) {
    const listener = from.image.listeners().find(({ port, binds }) => binds && port === question.to);
    if (listener === undefined) continue;
    const loopback = parseAddress("127.0.0.1");
    const connection: Connection = {
      remote: loopback,
      local: loopback,
      localPort: question.to,
      speaks: question.tcp === undefined ? (question.http2 === true ? "h2" : "http/1.1") : "tcp",
      tls: tlsOf(question),
    };
    return {
      from,
      listener,
      connection,
      headers: question.tcp === undefined ? headersOf(question) : undefined,
      partyAt: ({ port }) =>
        parties.get(instances.find(({ ports }) => ports.some(({ inboundPort }) => inboundPort === port))?.name ?? "") ??
        [...parties.values()].find(({ image }) => image.listeners().some((each) => each.binds && each.port === port)),
      groupOf: ({ address, port }) => `${address}:${port}`,
    };
  }
  throw new Error(`no listener of the mesh binds port ${question.to}`);
}

/** As `ask` connects. */
function tlsOf({ sni, as, tcp, http2 }: Question): Connection["tls"] {
  if (sni === undefined && as === undefined) return undefined;
  const [namespace = "", account = ""] = as?.split("/") ?? [];
  const inner = http2 === true ? "h2" : "http/1.1";
  const asSidecar = tcp === undefined ? [`istio-${inner}`, "istio", inner] : ["istio-peer-exchange", "istio"];
  return {
    serverName: sni ?? "",
    alpn: as !== undefined && sni === undefined ? asSidecar : http2 === true ? ["h2"] : [],
    peer: as === undefined ? undefined : { uris: [spiffeOf(namespace, account)], dnsNames: [], subject: "" },
  };
}

/** As Envoy's codec reads what `ask` sends. */
function headersOf({ url, host, sni, path = "/", method = "GET", headers = {}, upgrade }: Question): Headers {
  const target = url === undefined ? undefined : /^(\w+):\/\/([^/?]*)(.*)$/.exec(url);
  const all: Headers = new Headers([
    [":method", method],
    [":authority", target?.[2] ?? host ?? sni ?? "localhost"],
    [
      ":path",
      target === undefined || target === null
        ? path
        : (target[3] ?? "").startsWith("/")
          ? (target[3] ?? "")
          : `/${target[3] ?? ""}`,
    ],
  ]);
  if (target?.[1] !== undefined) all.set(":scheme", target[1]);
  if (upgrade !== undefined) {
    all.set("connection", "Upgrade");
    all.set("upgrade", upgrade);
  }
  for (const [name, value] of Object.entries(headers))
    for (const line of typeof value === "string" ? [value] : value) all.append(name.toLowerCase(), line.trim());
  return all;
}
