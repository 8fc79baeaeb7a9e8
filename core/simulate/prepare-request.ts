import { isWithin, parseAddress } from "#core/simulate/address.ts";
import type { Exchange } from "#core/simulate/exchange.ts";
import type { HttpManager } from "#core/simulate/listener.ts";
import { normalizePath } from "#core/simulate/normalize-path.ts";
import { applyHeaderOperations } from "#core/simulate/read/header-operations.ts";
import { readHttp1, upgradeOf } from "#core/simulate/read-http1.ts";
import type { Refused } from "#core/simulate/refused.ts";
import { withoutPort } from "#core/simulate/virtual-hosts.ts";

/** Envoy reads these alone of requests that come from outside; see ConnectionManagerUtility::mutateRequestHeaders. */
const INTERNAL_ONLY = [
  "x-envoy-retry-on",
  "x-envoy-retry-grpc-on",
  "x-envoy-max-retries",
  "x-envoy-upstream-alt-stat-name",
  "x-envoy-upstream-rq-timeout-ms",
  "x-envoy-upstream-rq-per-try-timeout-ms",
  "x-envoy-upstream-rq-timeout-alt-response",
  "x-envoy-expected-rq-timeout-ms",
  "x-envoy-force-trace",
  "x-envoy-ip-tags",
  "x-envoy-retriable-header-names",
  "x-envoy-retriable-status-codes",
  "x-envoy-hedge-on-per-try-timeout",
  "x-envoy-original-url",
];
const OF_THE_EDGE = [
  "x-envoy-decorator-operation",
  "x-envoy-downstream-service-cluster",
  "x-envoy-downstream-service-node",
];
/** Read by nobody where nothing is asked by them. */
const OF_UPGRADES = ["connection", "upgrade"];
const HOP_BY_HOP = ["keep-alive", "proxy-connection", "transfer-encoding"];

/** All that the connection manager does to a request before its filters see it, in Envoy's order. */
export function prepareRequest(manager: HttpManager, exchange: Exchange): Refused | undefined {
  const { headers } = exchange;
  if (!headers.has(":authority")) return { status: 400, details: "missing_host_header" };
  const unread = exchange.connection.speaks === "http/1.1" ? readHttp1(headers) : undefined;
  if (unread !== undefined) return unread;
  if (manager.underscores !== "allow") {
    for (const name of [...headers.keys()]) {
      if (!name.includes("_")) continue;
      if (manager.underscores === "reject")
        return { status: 400, details: "http1.unexpected_underscore", isByCodec: true };
      headers.delete(name);
    }
  }
  const normalized = normalizePath(exchange.path, manager);
  if (normalized.action === "reject") return { status: 400, details: "path_normalization_failed" };
  if (normalized.path !== exchange.path) exchange.setPath(normalized.path);
  if (normalized.action === "redirect")
    return { status: 307, details: "path_normalization_failed", location: normalized.path };
  normalizeHost(manager, exchange);
  applyHeaderOperations(manager.early, headers, headers);
  for (const name of HOP_BY_HOP) headers.delete(name);
  if (upgradeOf(headers) === undefined) for (const name of OF_UPGRADES) headers.delete(name);
  readClient(manager, exchange);
  return undefined;
}

function normalizeHost({ stripsHostDot, stripsPort }: HttpManager, { headers, connection }: Exchange): void {
  let host = headers.get(":authority") ?? "";
  if (stripsPort === "any" || (stripsPort === "matching" && host.endsWith(`:${connection.localPort}`)))
    host = withoutPort(host);
  if (stripsHostDot && host.includes(".")) {
    if (host.endsWith(".")) host = host.slice(0, -1);
    else {
      const dot = host.lastIndexOf(".");
      if (host[dot + 1] === ":") host = host.slice(0, dot) + host.slice(dot + 1);
    }
  }
  headers.set(":authority", host);
}

/** Who the client is, and with it what of the headers is to be believed. */
function readClient(manager: HttpManager, exchange: Exchange): void {
  const { headers, connection } = exchange;
  const scheme = connection.tls === undefined ? "http" : "https";
  const forwarded = headers.get("x-forwarded-for");
  const addresses = forwarded?.split(",") ?? [];
  const at = (fromTheRight: number) => parseAddress(addresses[addresses.length - 1 - fromTheRight]?.trim() ?? "");
  const { remote } = connection;
  const isSingle = manager.usesRemoteAddress ? forwarded === undefined : addresses.length === 1;
  let client = manager.usesRemoteAddress
    ? manager.trustedHops > 0
      ? (at(manager.trustedHops - 1) ?? remote)
      : remote
    : at(manager.trustedHops);
  if (manager.usesRemoteAddress) {
    if (remote !== undefined)
      headers.set("x-forwarded-for", forwarded === undefined ? remote.text : `${forwarded},${remote.text}`);
    if (manager.trustedHops === 0 || !headers.has("x-forwarded-proto")) headers.set("x-forwarded-proto", scheme);
  } else if (!headers.has("x-forwarded-proto")) headers.set("x-forwarded-proto", scheme);
  const isInternal = isSingle && manager.internal.some((range) => isWithin(range, client));
  client ??= remote;
  exchange.client = client;
  headers.delete("x-envoy-internal");
  if (isInternal) headers.set("x-envoy-internal", "true");
  else {
    if (manager.usesRemoteAddress) for (const name of OF_THE_EDGE) headers.delete(name);
    for (const name of INTERNAL_ONLY) headers.delete(name);
    if (manager.usesRemoteAddress && client !== undefined) headers.set("x-envoy-external-address", client.text);
  }
  if (!headers.has(":scheme")) {
    const proto = headers.get("x-forwarded-proto");
    headers.set(":scheme", proto === "http" || proto === "https" ? proto : scheme);
  }
  writeClientCert(manager, exchange);
}

/** X-Forwarded-Client-Cert, with what is known here of the certificate. */
function writeClientCert({ forwardClientCert }: HttpManager, { headers, connection: { tls } }: Exchange): void {
  const name = "x-forwarded-client-cert";
  if (forwardClientCert === "always-forward") return;
  const peer = tls?.peer;
  if (forwardClientCert === "sanitize" || peer === undefined) headers.delete(name);
  else if (forwardClientCert !== "forward-only") {
    const own = `Subject="${peer.subject}";URI=${peer.uris.join(",")}`;
    const before = headers.get(name);
    headers.set(name, forwardClientCert === "append-forward" && before !== undefined ? `${before},${own}` : own);
  }
}
