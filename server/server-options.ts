import type { ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import type { QuotaWebhook } from "#server/limits/soft-alerts.ts";
import type { CollectorAddress } from "#server/telemetry/forward/collector.ts";
import type { Retention } from "#server/telemetry/ports/retention.ts";
import type { JsonAddress } from "#server/telemetry/stores/ask-json.ts";
import type { ClickhouseAddress } from "#server/telemetry/stores/clickhouse/clickhouse-client.ts";
import type { TrafficSource } from "#server/telemetry/stores/prometheus/traffic-source.ts";

/** Null: none. One that `mayGiveWay` is done without where somebody else has the port, as a collector on the same machine. */
export type OtlpListener = { readonly host: string; readonly port: number; readonly mayGiveWay: boolean } | null;

export interface ServerOptions {
  /** Databases and keys. */
  readonly dir: string;
  readonly host: string;
  readonly port: number;
  readonly xdsPort: number;
  /** xDS without TLS on loopback; null: none. */
  readonly plaintextPort: number | null;
  readonly trustDomain: string;
  readonly certTtlMs: number;
  /** Percent of requests that are traced where callers have not decided. */
  readonly traceSampling: number;
  readonly proxies: ProxySettings;
  /** Where applications hand telemetry over, beside the console's port. */
  readonly otlp: { readonly grpc: OtlpListener; readonly http: OtlpListener };
  readonly publicUrl: string | null;
  /** CIDRs in which instances may be beside where their agents connect from. */
  readonly instanceAddresses: readonly string[];
  /** Of one service account. */
  readonly instancesMax: number;
  readonly demoSignIn: boolean;
  readonly console: boolean;
  /** Who is told of what is used of quotas. */
  readonly quotaWebhook?: QuotaWebhook;
  /** By which what AlertReceivers' webhooks are told is signed. */
  readonly webhookSecret?: string;
  /** How long telemetry is kept; absent: as by default. */
  readonly retention?: Retention;
  /** The collector that spans and logs are handed on to. */
  readonly otlpExport?: CollectorAddress;
  /** Where graph and charts read traffic instead of from the own store. */
  readonly trafficSource?: TrafficSource;
  /** A Jaeger in which traces are looked for instead of in the own store. */
  readonly traceSource?: JsonAddress;
  /** A database of a ClickHouse that telemetry is kept in instead of in a file. */
  readonly clickhouse?: ClickhouseAddress;
}
