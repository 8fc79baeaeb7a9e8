import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import { parseDurationMs } from "#core/duration.ts";
import { validateSettings, validateTls } from "#core/kinds/destination-rule/validate.ts";
import { validateLocality, validateZones } from "#core/kinds/destination-rule/validate-locality.ts";
import { readLogLabels } from "#core/kinds/mesh-config/read-log-labels.ts";
import type { MeshConfigSpec } from "#core/kinds/mesh-config/schema.ts";
import { validateProviders } from "#core/kinds/mesh-config/validate-providers.ts";
import { validateEnvironment } from "#core/kinds/proxy-config/validate.ts";

const HOUR_MS = 3_600_000;
const SECOND_MS = 1000;
/** Requests are counted by what is written. */
const FLUSH_MS_MAX = 10 * SECOND_MS;

export function validateMeshConfig(spec: MeshConfigSpec): Diagnostic[] {
  if (Object.keys(spec).length === 0)
    return [warningAt(["spec"], "no-effect", "the MeshConfig says nothing", "set a field, or delete it")];
  const issues: Diagnostic[] = [];
  const { connectTimeout, dnsRefreshRate, outboundTrafficPolicy } = spec;
  if (outboundTrafficPolicy !== undefined) issues.push(...validateOutbound(outboundTrafficPolicy));
  if ((parseDurationMs(connectTimeout ?? "") ?? 0) > HOUR_MS)
    issues.push(errorAt(["spec", "connectTimeout"], "bad-value", `${connectTimeout} is longer than 1h`, "such as 10s"));
  if ((parseDurationMs(dnsRefreshRate ?? "") ?? SECOND_MS) < SECOND_MS)
    issues.push(
      errorAt(["spec", "dnsRefreshRate"], "bad-value", `${dnsRefreshRate} is shorter than 1s`, "such as 60s"),
    );
  if (spec.defaultTrafficPolicy !== undefined)
    issues.push(...validateSettings(spec.defaultTrafficPolicy, ["spec", "defaultTrafficPolicy"]));
  if (spec.zoneAwareLbSetting !== undefined)
    issues.push(...validateZones(spec.zoneAwareLbSetting, ["spec", "zoneAwareLbSetting"], true));
  if (spec.localityLbSetting !== undefined)
    // Whether failures are found out is for each DestinationRule to say.
    issues.push(...validateLocality(spec.localityLbSetting, ["spec", "localityLbSetting"], true));
  if (spec.accessLogEncoding === "JSON" && readLogLabels(spec.accessLogFormat ?? "{}") === undefined)
    issues.push(
      errorAt(
        ["spec", "accessLogFormat"],
        "bad-value",
        "accessLogFormat is no JSON object of texts, and accessLogEncoding is JSON",
        'such as {"code": "%RESPONSE_CODE%"}',
      ),
    );
  const { proxyMetadata = {}, fileFlushInterval = "" } = spec.defaultConfig ?? {};
  if ((parseDurationMs(fileFlushInterval) ?? 0) > FLUSH_MS_MAX)
    issues.push(
      errorAt(
        ["spec", "defaultConfig", "fileFlushInterval"],
        "bad-value",
        `${fileFlushInterval} is longer than 10s`,
        "such as 1s",
      ),
    );
  issues.push(...validateEnvironment(proxyMetadata, ["spec", "defaultConfig", "proxyMetadata"]));
  return [...issues, ...validateProviders(spec.extensionProviders ?? [])];
}

const TLS_PATH = ["spec", "outboundTrafficPolicy", "tls"];

function validateOutbound({ mode, tls }: NonNullable<MeshConfigSpec["outboundTrafficPolicy"]>): readonly Diagnostic[] {
  if (tls === undefined) return [];
  const issues = validateTls(tls, TLS_PATH);
  if (mode !== "ALLOW_ANY_DYNAMIC_DNS")
    issues.push(
      warningAt(
        TLS_PATH,
        "no-effect",
        "tls is for requests whose host is looked up",
        "set mode: ALLOW_ANY_DYNAMIC_DNS",
      ),
    );
  return issues;
}
