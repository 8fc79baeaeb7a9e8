import {
  explicit,
  type FieldTable,
  list,
  map,
  noted,
  oneOfValues,
  port,
  refused,
  required,
  string,
  under,
} from "#core/resource/field.ts";
import { WORKLOAD_ENTRY_FIELDS } from "#core/resource/fields/workload-entry.ts";

export const SERVICE_ENTRY_FIELDS: FieldTable = {
  hosts: required(list(1, 256)),
  "hosts[]": noted(
    string("wildcard-host"),
    "Entries of one namespace for one host are one service where resolution, exportTo, selector and labels are alike; else callers get one of them",
  ),
  addresses: refused("services are found by name and port, not by address, until traffic is captured"),
  ports: list(0, 256),
  "ports[].number": required(port()),
  "ports[].name": required(string("port-name", 256)),
  "ports[].protocol": noted(
    string("service-protocol"),
    "Without it each connection is looked at: HTTP is routed as such, all else goes on as it is",
  ),
  "ports[].targetPort": explicit(port()),
  location: oneOfValues(["MESH_EXTERNAL", "MESH_INTERNAL"]),
  resolution: oneOfValues(["NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN"], {
    DYNAMIC_DNS: "use DNS with the names written out",
  }),
  endpoints: explicit(list(0, 4096)),
  ...under("endpoints[]", WORKLOAD_ENTRY_FIELDS),
  "workloadSelector.labels": map("selector-text", 256),
  "workloadSelector.labels{}": string("selector-value", 63),
  "exportTo[]": string("export-to"),
  "subjectAltNames[]": string("header-text"),
};
