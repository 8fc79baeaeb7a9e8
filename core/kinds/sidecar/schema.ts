import { INBOUND_CONNECTION_POOL } from "#core/kinds/destination-rule/connection-pool.ts";
import { SERVER_TLS_MEMBERS } from "#core/kinds/gateway/schema.ts";
import { DESTINATION } from "#core/kinds/virtual-service/destination.ts";
import { LABELS_SELECTOR } from "#core/kinds/workload-selector.ts";
import type { Infer } from "#core/schema/field.ts";
import {
  becomes,
  described,
  ignored,
  list,
  message,
  oneOf,
  port,
  refused,
  required,
  string,
} from "#core/schema/make-field.ts";

const EGRESS = message({
  port: message({
    number: described(required(port()), {
      envoy: "Listener.address",
      doc: "Of services: on this port its hosts alone are known, but for connections to addresses of others' own, and elsewhere these are not",
    }),
    protocol: becomes("Listener.filter_chains", string("egress-protocol")),
    name: described(string(), {
      envoy: "Listener.filter_chains",
      doc: "Says the protocol where protocol does not; HTTP where neither does",
    }),
    targetPort: ignored("deprecated in Istio, and without effect", "no-effect"),
  }),
  bind: described(string("egress-bind"), {
    envoy: "Listener.address",
    default: "127.0.0.1",
    doc: "Where the listener of port is bound that traffic is not captured to",
  }),
  captureMode: described(oneOf(["DEFAULT", "IPTABLES", "NONE"]), {
    envoy: "Listener.address",
    default: "DEFAULT",
    doc: "NONE: port has a listener of its own, also where traffic is captured",
  }),
  hosts: described(required(list(string("sidecar-host"), 1)), {
    envoy: "none: which listeners, routes and clusters its proxies get",
    doc: "What they may call, as NAMESPACE/HOST: * is every namespace, . their own, ~ none; ~NAMESPACE leaves out",
  }),
});

const NO_CREDENTIAL = "Istio refuses it too: give paths of files on the workload's host";

const INGRESS_TLS = message({
  ...SERVER_TLS_MEMBERS,
  httpsRedirect: refused("sidecars redirect nobody: leave it out", "no-effect"),
  credentialName: refused(NO_CREDENTIAL, "no-effect"),
  credentialNames: refused(NO_CREDENTIAL, "no-effect"),
  caCertCredentialName: refused(NO_CREDENTIAL, "no-effect"),
  tlsCertificates: refused("Istio refuses it too: give one serverCertificate and privateKey", "no-effect"),
});

const INGRESS = message({
  port: required(
    message({
      number: described(required(port()), {
        envoy: "FilterChainMatch.destination_port, Listener.address",
        doc: "Where callers come to: the target port of the service, or where the sidecar listens",
      }),
      protocol: becomes("FilterChain.filters", string("service-protocol")),
      name: described(string(), { envoy: "FilterChain.filters", doc: "Says the protocol where protocol does not" }),
      targetPort: ignored("deprecated in Istio, and without effect", "no-effect"),
    }),
  ),
  bind: described(string("ip-address"), {
    envoy: "Listener.address",
    doc: "Where the listener is bound that captured traffic does not come to; without it at the instance's address",
  }),
  captureMode: described(oneOf(["DEFAULT", "IPTABLES", "NONE"]), {
    envoy: "Listener.address",
    default: "DEFAULT",
    doc: "NONE: the port has a listener of its own, also where traffic is captured",
  }),
  defaultEndpoint: described(string("default-endpoint"), {
    envoy: "Cluster.load_assignment",
    doc: "The application: 127.0.0.1:PORT, [::1]:PORT, 0.0.0.0:PORT and [::]:PORT for the instance's address, or unix:///PATH; without it the same port of 127.0.0.1",
  }),
  tls: described(INGRESS_TLS, {
    envoy: "FilterChain.transport_socket",
    doc: "TLS of callers from outside of the mesh: holds where the mTLS mode of the port is DISABLE",
  }),
  connectionPool: described(INBOUND_CONNECTION_POOL, {
    doc: "How the proxy connects to the application of this port; it wins over inboundConnectionPool",
  }),
});
export type SidecarIngress = Infer<typeof INGRESS>;

export const SIDECAR = message({
  workloadSelector: described(LABELS_SELECTOR, {
    doc: "Workloads whose calls it narrows; without it all of the namespace, and from the root namespace of the mesh",
  }),
  ingress: described(list(INGRESS), {
    doc: "The ports that it answers, in the place of those of its services and of its agent",
  }),
  egress: described(list(EGRESS), { doc: "What they may call; without it everything that is visible to them" }),
  inboundConnectionPool: described(INBOUND_CONNECTION_POOL, {
    doc: "How the proxy connects to its application; it wins over the DestinationRule of the service",
  }),
  outboundTrafficPolicy: described(
    message({
      mode: described(oneOf(["REGISTRY_ONLY", "ALLOW_ANY"]), {
        envoy: "RouteConfiguration.virtual_hosts, Listener.filter_chains: the last of each",
        default: "REGISTRY_ONLY",
        valueDocs: {
          REGISTRY_ONLY: "calls to what the mesh does not know, or what is not in egress, are refused",
          ALLOW_ANY: "they go where the caller says",
        },
      }),
      egressProxy: described(DESTINATION, {
        doc: "The service that all of them are sent to; with ALLOW_ANY, and its port is needed",
        note: "Also those that come by the forward proxy. Callers need not name it in egress",
      }),
    }),
    { doc: "What becomes of captured calls to anything else; without it they go where the caller says" },
  ),
});
export type SidecarSpec = Infer<typeof SIDECAR>;
