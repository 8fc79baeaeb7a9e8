import { WORKLOAD_ENTRY } from "#core/kinds/workload-entry/schema.ts";
import { LABELS_SELECTOR } from "#core/kinds/workload-selector.ts";
import type { Infer } from "#core/schema/field.ts";
import { described, explicit, list, message, oneOf, port, refused, required, string } from "#core/schema/make-field.ts";

const PORT = message({
  number: required(port()),
  name: required(string("port-name", 256)),
  protocol: described(string("service-protocol"), {
    note: "Without it each connection is looked at: HTTP is routed as such, all else goes on as it is",
  }),
  targetPort: explicit(port()),
});

export const SERVICE_ENTRY = message({
  hosts: required(
    list(
      described(string("wildcard-host"), {
        note: "Entries of one namespace for one host are one service where resolution, exportTo, selector and labels are alike; else callers get one of them",
      }),
      1,
      256,
    ),
  ),
  addresses: refused("services are found by name and port, not by address, until traffic is captured"),
  ports: described(list(PORT, 0, 256), { doc: "Ports under which callers name the service" }),
  location: described(oneOf(["MESH_EXTERNAL", "MESH_INTERNAL"]), {
    doc: "Whether its workloads are of the mesh, and take mTLS",
    default: "MESH_EXTERNAL",
  }),
  resolution: described(
    oneOf(["NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN"], { DYNAMIC_DNS: "use DNS with the names written out" }),
    { doc: "How the service's endpoints are found", default: "NONE" },
  ),
  endpoints: described(explicit(list(WORKLOAD_ENTRY, 0, 4096)), {
    doc: "Who answers, written out; else those that workloadSelector selects",
  }),
  workloadSelector: described(LABELS_SELECTOR, { doc: "Workloads of the namespace that answer" }),
  exportTo: described(list(string("export-to")), { doc: "Namespaces that see it: * is all, . its own, ~ none" }),
  subjectAltNames: described(list(string("header-text")), {
    doc: "Names of which the server's certificate must have one",
  }),
});
export type ServiceEntrySpec = Infer<typeof SERVICE_ENTRY>;
