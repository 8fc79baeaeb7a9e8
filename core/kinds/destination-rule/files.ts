import type { DestinationRuleSpec } from "#core/kinds/destination-rule/schema.ts";
import type { ClientTls, TrafficPolicy } from "#core/kinds/destination-rule/traffic-policy.ts";
import type { PlacedFiles } from "#core/kinds/kind.ts";
import type { Path } from "#core/schema/path.ts";

/** The files with which callers connect: of the rule, of its ports and of its subsets. */
export function listRuleFiles({ trafficPolicy, subsets = [] }: DestinationRuleSpec): PlacedFiles[] {
  return [
    ...ofPolicy(trafficPolicy, ["spec", "trafficPolicy"]),
    ...subsets.flatMap((subset, index) => ofPolicy(subset.trafficPolicy, ["spec", "subsets", index, "trafficPolicy"])),
  ];
}

function ofPolicy(policy: TrafficPolicy | undefined, path: Path): PlacedFiles[] {
  if (policy === undefined) return [];
  return [
    ...ofTls(policy.tls, [...path, "tls"]),
    ...(policy.portLevelSettings ?? []).flatMap(({ tls }, index) =>
      ofTls(tls, [...path, "portLevelSettings", index, "tls"]),
    ),
  ];
}

function ofTls(tls: ClientTls | undefined, path: Path): PlacedFiles[] {
  if (tls?.mode !== "SIMPLE" && tls?.mode !== "MUTUAL") return [];
  const at = (file: string, field: string) => ({ file, path: [...path, field] });
  const { clientCertificate = "", privateKey = "", caCertificates } = tls;
  return [
    ...(tls.mode === "MUTUAL"
      ? [{ certificate: at(clientCertificate, "clientCertificate"), key: at(privateKey, "privateKey") }]
      : []),
    ...(caCertificates === undefined || tls.insecureSkipVerify === true
      ? []
      : [{ roots: at(caCertificates, "caCertificates") }]),
  ];
}
