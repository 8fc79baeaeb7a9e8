import { isKind } from "#core/kinds/kinds.ts";

/** A document of Kubernetes, as far as it matters here. */
export interface Manifest {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Spec;
  readonly items?: readonly Manifest[];
}

interface Spec {
  readonly selector?: Readonly<Record<string, string>>;
  readonly type?: string;
  readonly ports?: readonly ServicePort[];
  readonly serviceAccountName?: string;
  readonly template?: { readonly metadata?: Manifest["metadata"]; readonly spec?: Spec };
}

interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly protocol?: string;
  readonly appProtocol?: string;
  readonly targetPort?: number | string;
}

const PODS = ["Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"];
/** What a port's name begins with, in the words of a ServiceEntry. */
const PROTOCOLS = ["http2", "https", "http", "grpc-web", "grpc", "mongo", "mysql", "redis", "tls", "tcp"];
const ISTIO_GROUP = /^(?:networking|security|telemetry|extensions)\.istio\.io\//;

export function isOfIstio({ apiVersion = "", kind = "" }: Manifest): boolean {
  return ISTIO_GROUP.test(apiVersion) && isKind(kind);
}

/**
 * What stands for a document of Kubernetes in a mesh without it: a service is a ServiceEntry, and what runs pods is a
 * WorkloadGroup with their labels and account. Undefined for all else.
 */
export function standIn(manifest: Manifest): object | undefined {
  const { kind = "", apiVersion = "", metadata = {} } = manifest;
  const namespace = metadata.namespace ?? "default";
  if (kind === "Service" && apiVersion === "v1") return serviceEntry(manifest, namespace);
  return PODS.includes(kind) ? workloadGroup(manifest, namespace) : undefined;
}

function serviceEntry({ metadata = {}, spec = {} }: Manifest, namespace: string): object | undefined {
  const ports = (spec.ports ?? []).filter(({ protocol }) => protocol !== "UDP");
  if (ports.length === 0) return undefined;
  const exported = metadata.annotations?.["networking.istio.io/exportTo"];
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    metadata: { name: `${metadata.name}-service`, namespace },
    spec: {
      hosts: [`${metadata.name}.${namespace}.svc.cluster.local`],
      location: "MESH_INTERNAL",
      resolution: "STATIC",
      ports: ports.map((each) => ({
        number: each.port,
        name: each.name ?? `port-${each.port}`,
        protocol: protocolOf(each),
        ...(typeof each.targetPort === "number" ? { targetPort: each.targetPort } : {}),
      })),
      ...(spec.selector === undefined ? {} : { workloadSelector: { labels: spec.selector } }),
      ...(exported === undefined ? {} : { exportTo: exported.split(",") }),
    },
  };
}

function protocolOf({ name = "", appProtocol }: ServicePort): string {
  if (appProtocol !== undefined) return appProtocol.toUpperCase();
  return (PROTOCOLS.find((each) => name === each || name.startsWith(`${each}-`)) ?? "").toUpperCase();
}

function workloadGroup({ kind, metadata = {}, spec = {} }: Manifest, namespace: string): object {
  const pod = kind === "Pod" ? { metadata, spec } : (spec.template ?? {});
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "WorkloadGroup",
    metadata: { name: `${metadata.name}-pods`, namespace },
    spec: {
      metadata: { labels: pod.metadata?.labels ?? {} },
      template: { serviceAccount: pod.spec?.serviceAccountName ?? "default" },
    },
  };
}
