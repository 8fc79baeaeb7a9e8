import { parseWorkloadLabel, UNKNOWN, type WorkloadLabel } from "#core/model/workload-label.ts";
import { type AccessEntry, numberOf, textOf, wholeOf } from "#core/telemetry/access-entry.ts";
import { parseAuthorizerRefusal } from "#core/telemetry/authorizer-refusal.ts";
import { parseClusterName } from "#core/telemetry/cluster-name.ts";
import { parseDeniedBy } from "#core/telemetry/denied-by.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { cleanLimitCounts } from "#core/telemetry/limit-counts.ts";
import { parseLimitRefusal } from "#core/telemetry/limit-refusal.ts";
import { parseOwnAnswer } from "#core/telemetry/own-answer.ts";
import { parseRefusal } from "#core/telemetry/refused-connection.ts";
import { parseTokenRefusal } from "#core/telemetry/token-refusal.ts";
import { formatTags, tagsIn } from "#core/telemetry/written-tags.ts";

/** The longest name that DNS has. */
const HOST_CHARS_MAX = 253;
const PORT_MAX = 65_535;

/** The reporting end, computed once. */
export interface OwnEnd extends WorkloadLabel {
  readonly principal: string;
}

/** Neither method, protocol nor code: a line of a TCP proxy. HTTP requests too broken to have a method have a code. */
function protocolOf(entry: AccessEntry): "http" | "grpc" | "tcp" {
  if (textOf(entry.m) === "" && textOf(entry.pr) === "" && numberOf(entry.c) === 0) return "tcp";
  return textOf(entry.ct).startsWith("application/grpc") ? "grpc" : "http";
}

/** Labels of Istio's standard metrics for one line, told by the end that wrote it. */
export function labelEntry(entry: AccessEntry, own: OwnEnd): TrafficKey {
  const refusal = parseRefusal(entry);
  // What a gateway refuses came to it; the rest of its lines are of what it sent on.
  const isInbound = entry.dir === "inbound" || refusal !== "";
  const peer = parseWorkloadLabel(textOf(isInbound ? entry.pw : entry.uw));
  const [source, destination] = isInbound ? [peer, own] : [own, peer];
  const peerPrincipal = textOf(isInbound ? entry.dp : entry.up) || UNKNOWN;
  const protocol = protocolOf(entry);
  const { service, port } = serviceOf(entry, isInbound);
  return {
    reporter: isInbound ? (textOf(entry.mi) === "" ? "destination" : "mirror") : "source",
    sourceWorkload: source.workload,
    sourceNamespace: source.namespace === UNKNOWN ? namespaceOf(peerPrincipal) : source.namespace,
    sourceApp: source.app,
    sourceVersion: source.version,
    sourcePrincipal: isInbound ? peerPrincipal : own.principal,
    destinationWorkload: destination.workload,
    destinationNamespace: destination.namespace,
    destinationApp: destination.app,
    destinationVersion: destination.version,
    destinationPrincipal: isInbound ? own.principal : peerPrincipal,
    destinationService: service,
    destinationPort: port,
    protocol,
    responseCode: wholeOf(entry.c, PORT_MAX),
    grpcStatus: protocol === "grpc" ? textOf(entry.g) : "",
    responseFlags: textOf(entry.f) || "-",
    security: securityOf(entry, refusal),
    deniedBy: denialOf(entry, refusal),
    fromGateway: entry.dir === "gateway" && !isInbound,
    limitedBy: cleanLimitCounts(textOf(entry.lc)),
    tags: entry.mt === undefined ? "" : formatTags(tagsIn(entry.mt)),
    sourceAddress: isInbound && peerPrincipal === UNKNOWN ? textOf(entry.ra) : "",
  };
}

/** What keys a request or connection that was refused; empty for others. */
export function denialOf(entry: AccessEntry, refusal: string = parseRefusal(entry)): string {
  return refusal || parseDeniedBy(textOf(entry.cd)) || parseDeniedBy(textOf(entry.td)) || unservedBy(entry);
}

/** What else turned a request down before any application saw it: a limit, a token that was refused, an external authorizer, or the caller's own proxy. */
function unservedBy(entry: AccessEntry): string {
  return (
    parseLimitRefusal(textOf(entry.rl)) ||
    parseTokenRefusal(textOf(entry.cd)) ||
    parseAuthorizerRefusal(entry) ||
    parseOwnAnswer(entry)
  );
}

/** A caller with a certificate and without our header: the namespace is in its identity. */
function namespaceOf(principal: string): string {
  return /\/ns\/([^/]+)\/sa\//.exec(principal)?.[1] ?? UNKNOWN;
}

/**
 * The service that was asked for. By its cluster; for requests that got none, by the host that the caller asked for, but
 * only where the caller is our own workload: at gateways anyone could make up names.
 */
function serviceOf(entry: AccessEntry, isInbound: boolean): { readonly service: string; readonly port: number } {
  const cluster = parseClusterName(textOf(entry.uc));
  if (isInbound) return { service: cluster?.host || UNKNOWN, port: wholeOf(entry.lp, PORT_MAX) };
  if (cluster !== undefined) return { service: cluster.host || UNKNOWN, port: portOf(String(cluster.port)) };
  if (entry.dir === "gateway") return { service: UNKNOWN, port: 0 };
  const authority = textOf(entry.a);
  const [, host = "", port = ""] = /^(.*?)(?::(\d+))?$/.exec(authority) ?? [];
  return { service: host.slice(0, HOST_CHARS_MAX).toLowerCase() || UNKNOWN, port: portOf(port) };
}

/** What no port can be was made up by the caller. */
function portOf(text: string): number {
  const port = Number(text);
  return Number.isInteger(port) && port >= 0 && port <= PORT_MAX ? port : 0;
}

function securityOf(entry: AccessEntry, refusal: string): TrafficKey["security"] {
  // A handshake that failed was no plain text.
  if (refusal !== "") return refusal.endsWith("[plaintext]") ? "none" : "unknown";
  if (entry.dir === "inbound") return textOf(entry.tv) !== "" && textOf(entry.dp) !== "" ? "mutual_tls" : "none";
  if (textOf(entry.up) !== "") return "mutual_tls";
  // Who gave no answer may not have come to the end of the handshake: no certificate was seen, and no plain text either.
  const isUnanswered = textOf(entry.cd) !== "" && textOf(entry.cd) !== "via_upstream";
  return textOf(entry.uh) === "" || textOf(entry.uf) !== "" || isUnanswered ? "unknown" : "none";
}
