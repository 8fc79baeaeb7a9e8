/** Labels that follow from where a workload runs, the widest first: region, zone, subzone. */
export const TOPOLOGY_LABELS = [
  "topology.kubernetes.io/region",
  "topology.kubernetes.io/zone",
  "topology.istio.io/subzone",
] as const;

/** The label that says in which network a workload is. */
export const NETWORK_LABEL = "topology.istio.io/network";
