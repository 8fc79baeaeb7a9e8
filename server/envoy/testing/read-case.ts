import { type Document, parseAllDocuments } from "yaml";
import { hasErrors } from "#core/diagnostic.ts";
import type { CredentialFacts } from "#core/registry/credential.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import type { ProxyNode } from "#core/xds/layer.ts";

export interface ProxyHeader {
  readonly type: "sidecar" | "router";
  readonly name: string;
  readonly namespace: string;
  readonly mode: "NONE" | "REDIRECT";
  readonly labels: Readonly<Record<string, string>>;
  readonly httpProxyPort?: number;
  /** region/zone/subzone */
  readonly locality?: string;
  /** `name:appPort:inboundPort` */
  readonly inbound?: readonly string[];
  /** `host:port:bindPort` */
  readonly outbound?: readonly string[];
  readonly gatewayPorts?: Readonly<Record<string, number>>;
  readonly virtualHosts?: boolean;
  /** Its agent answers DNS. */
  readonly names?: true;
  /** Its agent makes spans of traced requests. */
  readonly traceScript?: string;
  /** Its agent captures IPv6 too. */
  readonly ipv6?: true;
}

export interface InstanceHeader {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly account: string;
  readonly ports: readonly string[];
  readonly locality?: string;
}

interface CaseHeader {
  readonly proxy: ProxyHeader;
  readonly instances?: readonly InstanceHeader[];
  /** Fetched key sets, by where from. */
  readonly keySets?: Readonly<Record<string, string>>;
  /** What stored credentials hold, by `namespace/name`. */
  readonly credentials?: Readonly<Record<string, readonly ("pair" | "roots")[]>>;
}

function readPort(text: string): WorkloadInstance["ports"][number] {
  const [name = "", appPort, inboundPort] = text.split(":");
  return { name, appPort: Number(appPort), inboundPort: Number(inboundPort) };
}

/** A case file: a first document with the proxy and the instances, then what a user would write. */
export function readCase(text: string): { readonly snapshot: Snapshot; readonly node: ProxyNode } {
  const [header, ...rest] = parseAllDocuments(text);
  if (header === undefined) throw new Error("a case starts with a document of its proxy");
  const { proxy, instances = [], keySets = {}, credentials = {} } = header.toJS() as CaseHeader;
  const stored = Object.fromEntries(Object.entries(credentials).map(([key, parts]) => [key, factsOf(key, parts)]));
  return { snapshot: { ...makeSnapshot(rest, instances), keySets, credentials: stored }, node: makeNode(proxy) };
}

/** What is known of a credential that holds these parts, whatever they are. */
export function factsOf(digest: string, parts: readonly ("pair" | "roots")[]): CredentialFacts {
  const certificate = { subject: "", issuer: "", names: [], notBeforeMs: 0, notAfterMs: 0, fingerprint: "" };
  return {
    kind: "usable",
    digest,
    ...(parts.includes("pair") ? { certificate } : {}),
    roots: parts.includes("roots") ? [certificate] : [],
  };
}

/** What users wrote and who answers, as the compiler takes it. */
export function makeSnapshot(documents: readonly Document[], instances: readonly InstanceHeader[]): Snapshot {
  const { resources, diagnostics } = parseDocuments(
    documents.map((document) => document.toString().replace(/^---\n/, "")).join("---\n"),
  );
  if (hasErrors(diagnostics)) throw new Error(JSON.stringify(diagnostics, null, 2));
  return {
    revision: 1,
    mesh: {
      trustDomain: "cluster.local",
      domainSuffix: "cluster.local",
      rootNamespace: "istio-system",
      traceSampling: 100,
    },
    resources,
    instances: instances.map(({ name, labels, account, ports, locality = "" }) => ({
      namespace: "default",
      name,
      workload: name.replace(/-\d+$/, ""),
      labels,
      serviceAccount: account,
      address: "127.0.0.1",
      ports: ports.map(readPort),
      health: "healthy",
      locality,
      weight: 1,
    })),
  };
}

export function makeNode(proxy: ProxyHeader): ProxyNode {
  const { type, name, namespace, mode, labels } = proxy;
  return {
    id: `${type}~127.0.0.1~${name}.${namespace}~${namespace}.svc.cluster.local`,
    type,
    address: "127.0.0.1",
    name,
    namespace,
    domain: `${namespace}.svc.cluster.local`,
    userAgent: "envoy",
    version: "1.40.0",
    ...(proxy.locality === undefined ? {} : { locality: proxy.locality }),
    takesVirtualHosts: proxy.virtualHosts ?? true,
    metadata: {
      LABELS: labels,
      SERVICE_ACCOUNT: "",
      WORKLOAD_NAME: name.replace(/-\d+$/, ""),
      INTERCEPTION_MODE: mode,
      ...(proxy.names === undefined ? {} : { DNS_CAPTURE: true as const }),
      ...(proxy.ipv6 === undefined ? {} : { PHAROS_IPV6: true as const }),
      ...(proxy.httpProxyPort === undefined ? {} : { HTTP_PROXY_PORT: proxy.httpProxyPort }),
      PHAROS_OUTBOUND: (proxy.outbound ?? []).map((each) => {
        const [host = "", port, bindPort] = each.split(":");
        return { host, port: Number(port), bindPort: Number(bindPort) };
      }),
      PHAROS_INBOUND: (proxy.inbound ?? []).map(readPort),
      PHAROS_GATEWAY_PORTS: proxy.gatewayPorts ?? {},
      PHAROS_ACCESS_LOG: "access.log",
      PHAROS_TRACING: true,
      ...(proxy.traceScript === undefined ? {} : { PHAROS_TRACE_SCRIPT: proxy.traceScript }),
    },
  };
}
