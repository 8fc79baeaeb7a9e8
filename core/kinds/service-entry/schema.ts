import { WORKLOAD_ENTRY } from "#core/kinds/workload-entry/schema.ts";
import { LABELS_SELECTOR } from "#core/kinds/workload-selector.ts";
import type { Infer } from "#core/schema/field.ts";
import { becomes, described, explicit, list, message, oneOf, port, required, string } from "#core/schema/make-field.ts";

const PORT = message({
  number: becomes("Listener.address, RouteConfiguration.name", required(port())),
  name: becomes("none: WorkloadEntries and agents name their ports by it", required(string("port-name", 256))),
  protocol: described(string("service-protocol"), {
    envoy: "FilterChain.filters, HttpProtocolOptions.explicit_http_config",
    note: "Without it each connection is looked at: HTTP is routed as such, all else goes on as it is; GRPC-WEB goes on in gRPC, but through a forward proxy",
  }),
  targetPort: becomes("SocketAddress.port_value of endpoints", explicit(port())),
});

export const SERVICE_ENTRY = message({
  hosts: required(
    list(
      described(string("wildcard-host"), {
        envoy: "VirtualHost.domains, Cluster.name",
        note: "Entries of one namespace for one host are one service where resolution, exportTo, selector and labels are alike; else callers get one of them",
      }),
      1,
      256,
    ),
  ),
  addresses: becomes(
    "Listener.address, FilterChainMatch.prefix_ranges, VirtualHost.domains",
    list(
      described(string("ip-or-cidr", 64), {
        note: "Of captured callers alone; without any, those get an address whose agent answers DNS",
      }),
      0,
      256,
    ),
  ),
  ports: described(list(PORT, 0, 256), { envoy: "Cluster.name", doc: "Ports under which callers name the service" }),
  location: described(oneOf(["MESH_EXTERNAL", "MESH_INTERNAL"]), {
    envoy: "Cluster.transport_socket_matches: whether mTLS is spoken",
    doc: "Whether its workloads are of the mesh, and take mTLS",
    default: "MESH_EXTERNAL",
  }),
  resolution: described(oneOf(["NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS"]), {
    envoy: "Cluster.type",
    doc: "How the service's endpoints are found",
    default: "NONE",
    note: "NONE goes where a captured caller meant to connect; by forward proxies and gateways to where the name is looked up, and with a wildcard nowhere (503). DYNAMIC_DNS looks up the name in each request's Host or each hello's TLS, for sidecars; at gateways nobody answers (503), as in Istio, nor where a route writes another Host",
  }),
  endpoints: described(explicit(list(WORKLOAD_ENTRY, 0, 4096)), {
    envoy: "ClusterLoadAssignment.endpoints",
    doc: "Who answers, written out; else those that workloadSelector selects",
  }),
  workloadSelector: described(LABELS_SELECTOR, {
    doc: "Workloads of the namespace that answer",
    form: "some-workloads",
  }),
  exportTo: described(list(string("export-to")), {
    envoy: "none: which proxies get its clusters",
    doc: "Namespaces that see it: * is all, . its own, ~ none",
  }),
  subjectAltNames: described(list(string("header-text")), {
    envoy: "CertificateValidationContext.match_typed_subject_alt_names",
    doc: "Names of which the server's certificate must have one",
  }),
});
export type ServiceEntrySpec = Infer<typeof SERVICE_ENTRY>;
