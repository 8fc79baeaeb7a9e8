import { KINDS, type Kind } from "#core/kinds/kinds.ts";
import { renderDocument } from "#core/resource/render-document.ts";

const SPEC = {
  Gateway: {
    selector: { istio: "ingressgateway" },
    servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["*"] }],
  },
  VirtualService: { hosts: [], http: [] },
  DestinationRule: { host: "", subsets: [] },
  ServiceEntry: {
    hosts: ["api.example.com"],
    location: "MESH_EXTERNAL",
    resolution: "DNS",
    ports: [{ number: 443, name: "https", protocol: "HTTPS" }],
  },
  WorkloadEntry: { address: "", labels: {} },
  WorkloadGroup: { metadata: { labels: { app: "" } }, template: { serviceAccount: "default", ports: { http: 8080 } } },
  PeerAuthentication: { mtls: { mode: "STRICT" } },
  AuthorizationPolicy: { action: "ALLOW", rules: [] },
} as const satisfies Record<Kind, object>;

/** A document of the kind to begin with; what only the author can know is left empty for the checks to name. */
export function newDocument(kind: Kind, namespace: string, name: string, spec: object = SPEC[kind]): string {
  return renderDocument({ apiVersion: `${KINDS[kind].group}/v1`, kind, metadata: { name, namespace }, spec });
}
