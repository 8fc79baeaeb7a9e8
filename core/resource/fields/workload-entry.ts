import { explicit, type FieldTable, map, port, refused, string, uint32 } from "#core/resource/field.ts";

export const WORKLOAD_ENTRY_FIELDS: FieldTable = {
  address: string("workload-address", 256),
  ports: explicit(map("port-name", 128)),
  "ports{}": port(),
  labels: map("label-key", 256),
  "labels{}": string("label-value"),
  network: refused("there is one network"),
  locality: refused("load balancing does not know localities yet"),
  weight: uint32(),
  serviceAccount: string("dns-name", 253),
};
