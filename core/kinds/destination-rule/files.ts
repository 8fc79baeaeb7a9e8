import { namedCredentials } from "#core/kinds/destination-rule/named-credentials.ts";
import type { DestinationRuleSpec } from "#core/kinds/destination-rule/schema.ts";
import type { ClientTls, TrafficPolicy } from "#core/kinds/destination-rule/traffic-policy.ts";
import type { PlacedCredential, PlacedFiles } from "#core/kinds/kind.ts";
import type { Path } from "#core/schema/path.ts";

/** The files with which callers connect: of the rule, of its ports and of its subsets. */
export function listRuleFiles(spec: DestinationRuleSpec): PlacedFiles[] {
  return placedTls(spec).flatMap(({ tls, path }) => filesOfTls(tls, path));
}

/** The credentials with which those connect who are given them. */
export function listRuleCredentials(spec: DestinationRuleSpec): PlacedCredential[] {
  const takers = spec.workloadSelector === undefined ? {} : { isForSidecars: true as const };
  return placedTls(spec).flatMap(({ tls, path }) =>
    (tls === undefined ? [] : namedCredentials(tls)).map((each) => ({
      ...each,
      ...takers,
      path: [...path, "credentialName"],
    })),
  );
}

interface PlacedTls {
  readonly tls: ClientTls | undefined;
  readonly path: Path;
}

function placedTls({ trafficPolicy, subsets = [] }: DestinationRuleSpec): PlacedTls[] {
  return [
    ...ofPolicy(trafficPolicy, ["spec", "trafficPolicy"]),
    ...subsets.flatMap((subset, index) => ofPolicy(subset.trafficPolicy, ["spec", "subsets", index, "trafficPolicy"])),
  ];
}

function ofPolicy(policy: TrafficPolicy | undefined, path: Path): PlacedTls[] {
  if (policy === undefined) return [];
  return [
    { tls: policy.tls, path: [...path, "tls"] },
    ...(policy.portLevelSettings ?? []).map(({ tls }, index) => ({
      tls,
      path: [...path, "portLevelSettings", index, "tls"],
    })),
  ];
}

/** Those of one connection, where it names no credential. */
export function filesOfTls(tls: ClientTls | undefined, path: Path): PlacedFiles[] {
  if ((tls?.mode !== "SIMPLE" && tls?.mode !== "MUTUAL") || tls.credentialName !== undefined) return [];
  const at = (file: string, field: string) => ({ file, path: [...path, field] });
  const { clientCertificate = "", privateKey = "", caCertificates, caCrl } = tls;
  return [
    ...(tls.mode === "MUTUAL"
      ? [{ certificate: at(clientCertificate, "clientCertificate"), key: at(privateKey, "privateKey") }]
      : []),
    ...(caCertificates === undefined || tls.insecureSkipVerify === true
      ? []
      : [
          {
            roots: at(caCertificates, "caCertificates"),
            ...(caCrl === undefined ? {} : { revoked: at(caCrl, "caCrl") }),
          },
        ]),
  ];
}
