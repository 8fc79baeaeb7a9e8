import {
  explicit,
  type FieldTable,
  list,
  map,
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
  "hosts[]": string("wildcard-host"),
  addresses: refused("services are found by name and port, not by address, until traffic is captured"),
  ports: list(0, 256),
  "ports[].number": required(port()),
  "ports[].name": required(string("port-name", 256)),
  "ports[].protocol": string("service-protocol"),
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
