import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { durationFlagMs } from "#cli/duration.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { reportFailure, UsageError } from "#cli/failure.ts";
import { integerFlag, numberFlag } from "#cli/number.ts";
import { isTrustDomain } from "#core/identity/spiffe-id.ts";
import { parseMeshConfig } from "#core/mesh-config/parse-mesh-config.ts";
import { DEFAULT_PROXY_SETTINGS, type ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import { isIpAddress, isIpOrCidr } from "#core/schema/ip-address.ts";
import { clickhouseFlag } from "#programs/clickhouse-flag.ts";
import { otlpExportFlag } from "#programs/otlp-export-flag.ts";
import { retentionFlag } from "#programs/retention-flag.ts";
import { prometheusFlag, sourceFlag } from "#programs/source-flags.ts";
import type { OtlpListener, ServerOptions } from "#server/server-options.ts";

interface ServeFlags {
  readonly dir: string;
  readonly host: string;
  readonly port: string;
  readonly xdsPort: string;
  readonly plaintextPort?: string;
  readonly trustDomain: string;
  readonly certTtl: string;
  readonly traceSampling: string;
  readonly meshConfig?: string;
  readonly otlpGrpc?: string;
  readonly otlpHttp?: string;
  readonly publicUrl?: string;
  readonly instanceAddresses?: string;
  readonly instancesMax: string;
  readonly quotaWebhook?: string;
  readonly quotaWebhookSecret?: string;
  readonly webhookSecret?: string;
  readonly demoSignIn?: boolean;
  readonly console: boolean;
  readonly retention?: string;
  readonly otlpExport?: string;
  readonly otlpExportHeaders?: string;
  readonly prometheus?: string;
  readonly prometheusHeaders?: string;
  readonly prometheusScrapeInterval: string;
  readonly jaeger?: string;
  readonly jaegerHeaders?: string;
  readonly clickhouse?: string;
  readonly clickhouseLogin?: string;
}

/** As it stands in every identity; SPIFFE's letters. */
function trustDomainFlag(text: string): string {
  if (isTrustDomain(text)) return text;
  throw new UsageError(`--trust-domain ${JSON.stringify(text)} is not a trust domain`, {
    hint: "lower-case letters, digits, dots, dashes and underscores, as in --trust-domain mesh.example",
  });
}

function readMeshConfig(file: string): ProxySettings {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`--mesh-config ${file} cannot be read: ${error instanceof Error ? error.message : ""}`, {
      hint: "name a YAML file as docs/reference/mesh-config.md describes it",
    });
  }
  return parseMeshConfig(text);
}

function urlFlag(text: string, flag: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text.replace(/\/+$/, "");
  throw new UsageError(`${flag} ${JSON.stringify(text)} is not an http or https URL`, {
    hint: `for example ${flag} https://mesh.example`,
  });
}

/** `10.0.0.0/8,192.168.7.4`; a single address is a network of one. */
function networksFlag(text: string, flag: string): readonly string[] {
  return text.split(",").map((each) => {
    const network = each.trim();
    if (isIpAddress(network)) return `${network}/${network.includes(":") ? 128 : 32}`;
    if (isIpOrCidr(network)) return network;
    throw new UsageError(`${flag} ${JSON.stringify(network)} is not an IP address or CIDR`, {
      hint: `for example ${flag} 10.0.0.0/8,192.168.7.4`,
    });
  });
}

/** `4317`, `0.0.0.0:4317`, `[::]:4317`, or `off`. Nobody insists on the port that is usual. */
function listenerFlag(text: string | undefined, flag: string, host: string, usual: number): OtlpListener {
  if (text === undefined) return { host, port: usual, mayGiveWay: true };
  if (text === "off") return null;
  const [, given, port] = /^(?:(.+):)?(\d+)$/.exec(text) ?? [];
  if (port === undefined)
    throw new UsageError(`${flag} ${JSON.stringify(text)} is not a port or address:port`, {
      hint: `for example ${flag} ${usual}, ${flag} 0.0.0.0:${usual}, or ${flag} off`,
    });
  return {
    host: given?.replace(/^\[(.*)\]$/, "$1") ?? host,
    port: integerFlag(port, flag, 0, 65_535),
    mayGiveWay: false,
  };
}

function quotaWebhookOf({ quotaWebhook, quotaWebhookSecret }: ServeFlags): Pick<ServerOptions, "quotaWebhook"> {
  if (quotaWebhook === undefined) {
    if (quotaWebhookSecret === undefined) return {};
    throw new UsageError("--quota-webhook-secret signs nothing without --quota-webhook", { hint: "name the webhook" });
  }
  const url = urlFlag(quotaWebhook, "--quota-webhook");
  if (quotaWebhookSecret === undefined) return { quotaWebhook: { url } };
  return { quotaWebhook: { url, secret: readKey("--quota-webhook-secret", quotaWebhookSecret) } };
}

function readKey(flag: string, file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new UsageError(`${flag} ${file} cannot be read: ${error instanceof Error ? error.message : ""}`, {
      hint: "name a file that holds the key",
    });
  }
}

function otlpExportOf({ otlpExport, otlpExportHeaders }: ServeFlags): Pick<ServerOptions, "otlpExport"> {
  if (otlpExport !== undefined) return { otlpExport: otlpExportFlag(otlpExport, otlpExportHeaders) };
  if (otlpExportHeaders === undefined) return {};
  throw new UsageError("--otlp-export-headers go nowhere without --otlp-export", { hint: "name the collector" });
}

function trafficSourceOf({
  prometheus,
  prometheusHeaders,
  prometheusScrapeInterval,
}: ServeFlags): Pick<ServerOptions, "trafficSource"> {
  if (prometheus !== undefined)
    return { trafficSource: prometheusFlag(prometheus, prometheusScrapeInterval, prometheusHeaders) };
  if (prometheusHeaders === undefined) return {};
  throw new UsageError("--prometheus-headers go nowhere without --prometheus", { hint: "name the Prometheus" });
}

function traceSourceOf({ jaeger, jaegerHeaders }: ServeFlags): Pick<ServerOptions, "traceSource"> {
  if (jaeger !== undefined)
    return { traceSource: sourceFlag(jaeger, "--jaeger", "http://jaeger-query:16686", jaegerHeaders) };
  if (jaegerHeaders === undefined) return {};
  throw new UsageError("--jaeger-headers go nowhere without --jaeger", { hint: "name the Jaeger" });
}

function telemetryStoreOf({ clickhouse, clickhouseLogin }: ServeFlags): Pick<ServerOptions, "clickhouse"> {
  if (clickhouse !== undefined) return { clickhouse: clickhouseFlag(clickhouse, clickhouseLogin, process.env) };
  if (clickhouseLogin === undefined) return {};
  throw new UsageError("--clickhouse-login is for nothing without --clickhouse", { hint: "name the ClickHouse" });
}

export function addServe(program: Command): void {
  program
    .command("serve")
    .description("control plane, certificate authority, telemetry store and console, in one process")
    .option("--dir <dir>", "where it keeps its databases and keys", ".pharos")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--port <port>", "console and API", "20001")
    .option("--xds-port <port>", "xDS, certificates and agents (mTLS)", "15012")
    .option("--plaintext-port <port>", "xDS without TLS, for load tools on this machine")
    .option("--otlp-grpc <[address:]port>", "OTLP over gRPC; `off`: none (default: port 4317, if it is free)")
    .option(
      "--otlp-http <[address:]port>",
      "OTLP over HTTP and Zipkin; `off`: none (default: port 4318, if it is free)",
    )
    .option("--trust-domain <domain>", "of the identities it issues", "cluster.local")
    .option("--cert-ttl <duration>", "life of workload certificates", "24h")
    .option("--trace-sampling <percent>", "share of requests traced where callers have not decided; 0: no tracing", "1")
    .option("--mesh-config <file>", "what all proxies have in common, in the words of Istio's MeshConfig (YAML)")
    .option("--public-url <url>", "how browsers reach the console")
    .option(
      "--instance-addresses <cidrs>",
      "where instances may be beside the address their agent connects from (NAT), comma-separated",
    )
    .option("--instances-max <count>", "instances that one service account may have", "500")
    .option("--quota-webhook <url>", "who is told when consumers have used the percents that quotas name as soft")
    .option("--webhook-secret <file>", "holds the key by which what AlertReceivers' webhooks are told is signed")
    .option("--quota-webhook-secret <file>", "holds the key by which that is signed (x-pharos-signature, HMAC-SHA256)")
    .option(
      "--retention <list>",
      "how long telemetry is kept (default: 10s=1d,1m=14d,10m=365d,requests=7d,spans=7d,logs=7d,points=15d,size=8GB)",
    )
    .option("--otlp-export <url>", "collector that spans and logs are handed on to: http(s)://, grpc(s)://")
    .option("--otlp-export-headers <file>", "headers for it, name=value, one a line")
    .option(
      "--prometheus <url>",
      "draw graph and charts from a Prometheus that has Istio's metrics, in place of the own store",
    )
    .option("--prometheus-headers <file>", "headers for it, name=value, one a line")
    .option("--prometheus-scrape-interval <duration>", "how often it looks at a proxy", "15s")
    .option("--jaeger <url>", "look for traces in a Jaeger, or whatever has its query API, in place of the own store")
    .option("--jaeger-headers <file>", "headers for it, name=value, one a line")
    .option("--clickhouse <url>", "keep telemetry in this database of a ClickHouse, in place of a file of its own")
    .option("--clickhouse-login <file>", "user=NAME and password=WORD for it, one a line")
    .option("--demo-sign-in", "sign everybody on this machine in as administrator (loopback only)")
    .option("--no-console", "API only, without the web console")
    .action(async (flags: ServeFlags) => {
      try {
        // Databases and their logs are made by libraries that ask nobody for a mode.
        process.umask(0o077);
        const { runServer } = await import("#server/main.ts");
        const stop = new AbortController();
        for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());
        await runServer(
          {
            dir: resolve(flags.dir),
            host: flags.host,
            port: integerFlag(flags.port, "--port", 0, 65_535),
            xdsPort: integerFlag(flags.xdsPort, "--xds-port", 0, 65_535),
            plaintextPort:
              flags.plaintextPort === undefined
                ? null
                : integerFlag(flags.plaintextPort, "--plaintext-port", 0, 65_535),
            trustDomain: trustDomainFlag(flags.trustDomain),
            certTtlMs: durationFlagMs(flags.certTtl, "--cert-ttl"),
            traceSampling: numberFlag(flags.traceSampling, "--trace-sampling", 0, 100),
            proxies: flags.meshConfig === undefined ? DEFAULT_PROXY_SETTINGS : readMeshConfig(flags.meshConfig),
            otlp: {
              grpc: listenerFlag(flags.otlpGrpc, "--otlp-grpc", flags.host, 4317),
              http: listenerFlag(flags.otlpHttp, "--otlp-http", flags.host, 4318),
            },
            publicUrl: flags.publicUrl === undefined ? null : urlFlag(flags.publicUrl, "--public-url"),
            instanceAddresses:
              flags.instanceAddresses === undefined
                ? []
                : networksFlag(flags.instanceAddresses, "--instance-addresses"),
            instancesMax: integerFlag(flags.instancesMax, "--instances-max", 1, 1_000_000),
            ...quotaWebhookOf(flags),
            ...(flags.webhookSecret === undefined
              ? {}
              : { webhookSecret: readKey("--webhook-secret", flags.webhookSecret) }),
            ...(flags.retention === undefined ? {} : { retention: retentionFlag(flags.retention) }),
            ...otlpExportOf(flags),
            ...trafficSourceOf(flags),
            ...traceSourceOf(flags),
            ...telemetryStoreOf(flags),
            demoSignIn: flags.demoSignIn === true,
            console: flags.console,
          },
          stop.signal,
        );
        process.exit(EXIT.ok);
      } catch (error) {
        process.exit(reportFailure(error));
      }
    });
}
