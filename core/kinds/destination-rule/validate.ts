import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import type { DestinationRuleSpec } from "#core/kinds/destination-rule/schema.ts";
import type { ClientTls, TrafficPolicy, TrafficSettings } from "#core/kinds/destination-rule/traffic-policy.ts";
import { validateLocality, validateZones } from "#core/kinds/destination-rule/validate-locality.ts";
import { validateTableSize } from "#core/kinds/destination-rule/validate-table-size.ts";
import { validateExportTo } from "#core/kinds/validate-export-to.ts";
import type { Path } from "#core/schema/path.ts";

export function validateDestinationRule(spec: DestinationRuleSpec, namespace: string): Diagnostic[] {
  const issues = validateExportTo(spec.exportTo, namespace, false);
  issues.push(...validateSelector(spec, namespace));
  if (spec.host === "*")
    issues.push(warningAt(["spec", "host"], "catch-all-host", "the rule applies to every service its clients call"));
  issues.push(...validatePolicy(spec.trafficPolicy, ["spec", "trafficPolicy"]));
  const names = new Set<string>();
  (spec.subsets ?? []).forEach((subset, index) => {
    const path = ["spec", "subsets", index];
    if (names.has(subset.name))
      issues.push(errorAt([...path, "name"], "duplicate-value", `the subset ${subset.name} appears twice`));
    names.add(subset.name);
    issues.push(...validatePolicy(subset.trafficPolicy, [...path, "trafficPolicy"]));
  });
  return issues;
}

/** What is for some callers of a namespace is for no other namespace. */
function validateSelector({ workloadSelector, exportTo = [] }: DestinationRuleSpec, namespace: string): Diagnostic[] {
  if (workloadSelector === undefined) return [];
  const index = exportTo.findIndex((scope) => scope !== "." && scope !== namespace);
  if (index < 0) return [];
  return [
    errorAt(
      ["spec", "exportTo", index],
      "conflicting-fields",
      "a rule with a workloadSelector is for callers of its own namespace",
      "write exportTo: [.], or leave it out",
    ),
  ];
}

function validatePolicy(policy: TrafficPolicy | undefined, path: Path): Diagnostic[] {
  if (policy === undefined) return [];
  const issues = validateSettings(policy, path);
  if (Object.keys(policy).length === 0) issues.push(errorAt(path, "empty", "the traffic policy is empty"));
  if (policy.tunnel !== undefined && policy.proxyProtocol !== undefined)
    issues.push(
      errorAt([...path, "proxyProtocol"], "conflicting-fields", "tunnel and proxyProtocol cannot both be set"),
    );
  const ports = new Set<number>();
  (policy.portLevelSettings ?? []).forEach((settings, index) => {
    const here = [...path, "portLevelSettings", index];
    const number = settings.port?.number;
    if (number !== undefined && ports.has(number))
      issues.push(
        warningAt([...here, "port", "number"], "duplicate-value", `the port ${number} appears twice: the first counts`),
      );
    if (number !== undefined) ports.add(number);
    if (Object.keys(settings).length < 2)
      issues.push(errorAt(here, "empty", `there are no settings for port ${number}`));
    issues.push(...validateSettings(settings, here));
  });
  return issues;
}

/** Of a rule, or of the mesh. */
export function validateSettings(settings: TrafficSettings, path: Path): Diagnostic[] {
  const issues: Diagnostic[] = [];
  const { connectionPool, outlierDetection, tls, loadBalancer } = settings;
  if (connectionPool !== undefined && connectionPool.tcp === undefined && connectionPool.http === undefined) {
    issues.push(errorAt([...path, "connectionPool"], "empty", "the connection pool is empty: set tcp or http"));
  }
  if (connectionPool?.http?.useClientProtocol && connectionPool.http.h2UpgradePolicy === "UPGRADE") {
    issues.push(
      errorAt(
        [...path, "connectionPool", "http"],
        "conflicting-fields",
        "useClientProtocol keeps the client's protocol, and h2UpgradePolicy: UPGRADE changes it",
      ),
    );
  }
  if (outlierDetection?.consecutiveLocalOriginFailures && !outlierDetection.splitExternalLocalOriginErrors) {
    issues.push(
      errorAt(
        [...path, "outlierDetection", "consecutiveLocalOriginFailures"],
        "needs-field",
        "consecutiveLocalOriginFailures needs splitExternalLocalOriginErrors: true",
      ),
    );
  }
  const warming = (["warmup", "warmupDurationSecs"] as const).find((name) => loadBalancer?.[name] !== undefined);
  const simple = loadBalancer?.simple ?? "LEAST_REQUEST";
  if (
    warming !== undefined &&
    (loadBalancer?.consistentHash !== undefined ||
      !["ROUND_ROBIN", "LEAST_REQUEST", "UNSPECIFIED", "LEAST_CONN"].includes(simple))
  ) {
    issues.push(
      errorAt(
        [...path, "loadBalancer", warming],
        "conflicting-fields",
        "warmup goes only with ROUND_ROBIN and LEAST_REQUEST",
      ),
    );
  }
  if (loadBalancer?.warmup?.aggression === 0)
    issues.push(
      errorAt(
        [...path, "loadBalancer", "warmup", "aggression"],
        "bad-value",
        "aggression must be greater than 0",
        "1 warms up at a steady pace",
      ),
    );
  const hash = loadBalancer?.consistentHash;
  const attributes = (hash?.httpCookie?.attributes ?? []).map(({ name }) => name);
  attributes.forEach((name, index) => {
    if (attributes.indexOf(name) < index)
      issues.push(
        errorAt(
          [...path, "loadBalancer", "consistentHash", "httpCookie", "attributes", index, "name"],
          "duplicate-value",
          `the attribute ${name} appears twice`,
        ),
      );
  });
  const keys = HASH_KEYS.filter((name) => hash?.[name] !== undefined);
  if (keys.length > 1)
    issues.push(
      errorAt(
        [...path, "loadBalancer", "consistentHash"],
        "one-of",
        `has ${keys.join(" and ")}, and may have only one of ${HASH_KEYS.join(", ")}`,
      ),
    );
  if (hash !== undefined && keys.length === 0)
    issues.push(
      warningAt(
        [...path, "loadBalancer", "consistentHash"],
        "no-effect",
        "the hash has no key, so that requests are spread at random",
        `set one of ${HASH_KEYS.join(", ")}`,
      ),
    );
  issues.push(...validateTableSize(loadBalancer, path));
  if (loadBalancer?.localityLbSetting !== undefined)
    issues.push(
      ...validateLocality(
        loadBalancer.localityLbSetting,
        [...path, "loadBalancer", "localityLbSetting"],
        outlierDetection !== undefined,
      ),
    );
  if (loadBalancer?.localityLbSetting !== undefined && loadBalancer.zoneAwareLbSetting !== undefined)
    issues.push(
      errorAt(
        [...path, "loadBalancer", "zoneAwareLbSetting"],
        "conflicting-fields",
        "localityLbSetting and zoneAwareLbSetting exclude each other",
        "leave one of them out",
      ),
    );
  if (loadBalancer?.zoneAwareLbSetting !== undefined)
    issues.push(
      ...validateZones(
        loadBalancer.zoneAwareLbSetting,
        [...path, "loadBalancer", "zoneAwareLbSetting"],
        outlierDetection !== undefined,
      ),
    );
  if (tls !== undefined) issues.push(...validateTls(tls, [...path, "tls"]));
  return issues;
}

const HASH_KEYS = ["httpHeaderName", "httpCookie", "useSourceIp", "httpQueryParameterName"] as const;

export function validateTls(tls: ClientTls, path: Path): Diagnostic[] {
  const mode = tls.mode ?? "DISABLE";
  const files = (["clientCertificate", "privateKey", "caCertificates", "caCrl"] as const).filter(
    (name) => tls[name] !== undefined,
  );
  const issues: Diagnostic[] = [];
  const byName = tls.credentialName !== undefined;
  const isOwn = mode === "SIMPLE" || mode === "MUTUAL";
  for (const name of isOwn && byName ? files : [])
    issues.push(
      errorAt(
        [...path, name],
        "conflicting-fields",
        `${name} and credentialName both say which certificates are used`,
        "take one of them out",
      ),
    );
  if (mode === "SIMPLE" && byName && tls.insecureSkipVerify)
    issues.push(
      errorAt(
        [...path, "insecureSkipVerify"],
        "conflicting-fields",
        "insecureSkipVerify checks no certificate, and SIMPLE uses nothing else of credentialName",
      ),
    );
  if (mode === "MUTUAL" && !byName) {
    for (const name of ["clientCertificate", "privateKey"] as const) {
      if (tls[name] === undefined)
        issues.push(errorAt(path, "missing-field", `${name} is missing, and the mode MUTUAL needs it`));
    }
  }
  if (tls.caCrl !== undefined && tls.caCertificates === undefined && isOwn && !byName)
    issues.push(
      errorAt(
        [...path, "caCrl"],
        "needs-field",
        "caCrl says what the authorities of caCertificates have revoked, and there are none",
        "give caCertificates, or a stored credential that holds both (`pharos credential apply --crl`)",
      ),
    );
  const [file] = files;
  if (mode === "ISTIO_MUTUAL" && file !== undefined)
    issues.push(
      errorAt(
        [...path, file],
        "conflicting-fields",
        "ISTIO_MUTUAL uses the mesh's own certificates; no file may be given",
      ),
    );
  if (mode === "SIMPLE" && tls.clientCertificate !== undefined && !byName)
    issues.push(
      warningAt(
        [...path, "clientCertificate"],
        "no-effect",
        "SIMPLE sends no client certificate",
        "use the mode MUTUAL",
      ),
    );
  if (
    (mode === "SIMPLE" || mode === "MUTUAL") &&
    tls.insecureSkipVerify &&
    (tls.caCertificates !== undefined || tls.subjectAltNames !== undefined)
  ) {
    issues.push(
      errorAt(
        [...path, "insecureSkipVerify"],
        "conflicting-fields",
        "insecureSkipVerify checks no certificate, and caCertificates and subjectAltNames say how to check it",
      ),
    );
  }
  return issues;
}
