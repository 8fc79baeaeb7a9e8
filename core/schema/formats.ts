import { parseDurationMs } from "#core/duration.ts";
import { checkLogFilter } from "#core/schema/cel/check-log-filter.ts";
import { checkTagValue } from "#core/schema/cel/check-tag-value.ts";
import { claimOfCondition, claimOfRoute } from "#core/schema/claim-path.ts";
import { checkEnvironmentName } from "#core/schema/environment-name.ts";
import { GRPC_STATUS_NAMES } from "#core/schema/grpc-status-names.ts";
import { checkHeaderVariables } from "#core/schema/header-variables.ts";
import { HIDDEN } from "#core/schema/hidden.ts";
import { checkHostName, checkWildcardHostName } from "#core/schema/host-name.ts";
import { parseImportedHost } from "#core/schema/imported-host.ts";
import { isIpAddress, isIpOrCidr, isSocketPath, whyNoSocketPath } from "#core/schema/ip-address.ts";
import { checkReceiverUrl } from "#core/schema/receiver-url.ts";
import { checkRegex } from "#core/schema/regex-syntax.ts";
import { checkTimeZone } from "#core/schema/time-zone.ts";

const DNS_LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const DNS_LABEL_IN_ANY_CASE = /^[a-zA-Z0-9](?:[-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/;
const DNS_NAME = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
/** With Istio's word for secrets of the gateway's own cluster before it, or without. */
const CREDENTIAL_NAME =
  /^(?:kubernetes:\/\/)?(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\/)?[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/;
const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const UNSENDABLE = /[\0\r\n]/;
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*"]);
const GRPC_STATUSES = new Set(GRPC_STATUS_NAMES);
const RETRY_ON = new Set(
  "5xx gateway-error reset reset-before-request connect-failure retriable-4xx refused-stream retriable-status-codes retriable-headers envoy-ratelimited http3-post-connect-failure cancelled deadline-exceeded internal resource-exhausted unavailable".split(
    " ",
  ),
);
/** What Envoy takes at most. */
const HEADER_NAME_MAX = 16_384;
const QUERY_NAME_MAX = 1024;
const CONDITION_KEYS =
  /^(?:request\.headers\[:?[!#$%&'*+\-.^_`|~0-9A-Za-z]+\]|source\.(?:ip|namespace|principal|serviceAccount|trustDomain)|remote\.ip|destination\.(?:ip|port)|connection\.sni|request\.auth\.(?:principal|audiences|presenter))$/;
/** What tells callers of a limit apart, and is no condition. */
const LIMIT_KEYS = /^request\.(?:method|path|query\[[!$'*+\-.0-9;:@A-Z_a-z~%(),/]+\])$/;
/** Of 1 MiB. */
const BASE64_CHARS_MAX = 4 * Math.ceil(1_048_576 / 3);
/** What is of a connection, or says where an answer ends: whoever sends it knows, and nobody else. */
const OF_CONNECTION = new Set(
  "connection content-length http2-settings keep-alive proxy-connection te trailer transfer-encoding upgrade".split(
    " ",
  ),
);
/** A Go duration is nanoseconds in 64 bits. */
const DURATION_MS_MAX = 2_562_047 * 3_600_000;
const PROTOCOLS = /^(?:HTTP|HTTPS|HTTP_PROXY|GRPC|GRPC-WEB|HTTP2|TCP|TLS|UDP|MONGO|REDIS|MYSQL)$/i;
/** Istio takes the text, and Pharos does not do what it asks for. */
export interface NotHandled {
  /** "the metadata of other filters is not looked at" */
  readonly notHandled: string;
}

/** Each answers what is wrong with the text ("is empty"), or undefined when nothing is. */
export const FORMATS = {
  duration: (text) => checkDuration(text, 1),
  "duration-or-zero": (text) => checkDuration(text, 0),
  "duration-in-seconds": (text) =>
    checkDuration(text, 1) ??
    ((parseDurationMs(text) ?? 0) % 1000 === 0 ? undefined : "is not a whole number of seconds"),
  "time-zone": checkTimeZone,
  "keepalive-duration": checkKeepalive,
  regex: checkRegex,
  "regex-or-star": (text) => (text === "*" ? undefined : checkRegex(text)),
  label: (text) => matches(DNS_LABEL, text, "is not a DNS label (lower case letters, digits and dashes, at most 63)"),
  namespace: (text) =>
    matches(DNS_LABEL_IN_ANY_CASE, text, "is not a namespace (letters, digits and dashes, at most 63)"),
  "dns-name": (text) => matches(DNS_NAME, text, "is not a DNS name in lower case") ?? longest(text, 253),
  "resource-version": (text) => matches(/^[0-9]{1,15}$/, text, "is not the version of a resource (digits)"),
  "environment-name": checkEnvironmentName,
  "environment-value": (text) => (UNSENDABLE.test(text) ? "has a line break or a null character" : undefined),
  "runtime-key": (text) =>
    matches(/^[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*$/, text, "is not a key of Envoy's runtime (words joined by dots)"),
  "subset-name": (text) =>
    matches(
      /^[a-zA-Z0-9](?:[-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/,
      text,
      "is not the name of a subset (letters, digits and dashes, at most 63)",
    ),
  "probe-header-name": (text) =>
    matches(/^[-A-Za-z0-9]+$/, text, "is not the name of a probe's header (letters, digits and dashes)"),
  "port-name": (text) =>
    matches(DNS_LABEL_IN_ANY_CASE, text, "is not a port name (letters, digits and dashes, at most 63)"),
  "label-key": checkLabelKey,
  "label-value": (text) =>
    matches(LABEL_VALUE, text, "is not a label value (at most 63 letters, digits, dashes, dots and underscores)"),
  // Selectors may ask for what no workload can have; Istio refuses only wildcards in them.
  "selector-text": (text) => (text === "" ? "is empty" : checkNoWildcard(text)),
  "selector-value": checkNoWildcard,
  "annotation-key": (text) =>
    matches(/^(?:[a-z0-9.-]{1,253}\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/, text, "is not an annotation key"),
  host: (text) =>
    text === "*"
      ? "names no service: * cannot be a destination"
      : isIpAddress(text)
        ? "is an address, and a destination is named by its host"
        : checkWildcardHostName(text),
  "wildcard-host": (text) =>
    isIpAddress(text) ? "is an address, and a host here is a DNS name" : checkWildcardHostName(text),
  "virtual-service-host": (text) => (isIpAddress(text) ? undefined : checkWildcardHostName(text)),
  "gateway-host": checkGatewayHost,
  "sidecar-host": checkSidecarHost,
  "sni-host": checkSniHost,
  "gateway-ref": checkGatewayRef,
  "export-to": (text) =>
    text === "." || text === "*" || text === "~"
      ? undefined
      : matches(DNS_LABEL_IN_ANY_CASE, text, "is neither `.`, `*` nor a namespace"),
  "header-name": (text) =>
    matches(/^:?[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/, text, "is not a header name") ?? longest(text, HEADER_NAME_MAX),
  "query-parameter-name": (text) =>
    text === ""
      ? "is empty"
      : new TextEncoder().encode(text).length > QUERY_NAME_MAX
        ? `is longer than ${QUERY_NAME_MAX} bytes`
        : undefined,
  "host-and-port": (text) =>
    /^[^\s:/]+:[1-9]\d{0,4}$/.test(text) && Number(text.slice(text.indexOf(":") + 1)) <= 65_535
      ? undefined
      : "is not HOST:PORT",
  "header-value": (text) => (UNSENDABLE.test(text) ? "has a line break or a null character" : undefined),
  "secret-header-value": (text) =>
    text === HIDDEN
      ? "is what those read who may not edit: write the value itself"
      : UNSENDABLE.test(text)
        ? "has a line break or a null character"
        : undefined,
  "header-text": (text) =>
    text === "" ? "is empty" : UNSENDABLE.test(text) ? "has a line break or a null character" : undefined,
  "plain-header-name": (text) => matches(TOKEN, text, "is not a header name") ?? longest(text, HEADER_NAME_MAX),
  "answer-header-name": (text) =>
    matches(TOKEN, text, "is not a header name") ??
    longest(text, HEADER_NAME_MAX) ??
    (OF_CONNECTION.has(text.toLowerCase()) ? "is of the connection, which Envoy sets itself: leave it out" : undefined),
  "claim-header": (text) =>
    matches(/^[-_A-Za-z0-9]+$/, text, "is not a header name (letters, digits, dashes and underscores)") ??
    longest(text, HEADER_NAME_MAX),
  "receiver-url": checkReceiverUrl,
  "date-time": (text) =>
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))
      ? undefined
      : "is not a time of RFC 3339, e.g. 2026-12-01T08:00:00Z",
  "jwks-uri": checkJwksUri,
  "module-url": checkModuleUrl,
  sha256: (text) => matches(/^(?:[a-f0-9]{64})?$/, text, "is not a SHA-256 in hex (64 digits, in lower case)"),
  "header-name-or-star": (text) => matches(TOKEN, text, "is not a header name"),
  "match-header-name": checkMatchHeaderName,
  "cors-method": (text) => (METHODS.has(text) ? undefined : `is not an HTTP method (${[...METHODS].join(", ")})`),
  "retry-on": checkRetryOn,
  "response-status": (text) =>
    matches(/^[1-5](?:xx|\d\d)$/, text, "is not a status of a response, 404, or a class of them, 5xx"),
  "grpc-status": (text) => (GRPC_STATUSES.has(text) ? undefined : "is not the name of a gRPC status, e.g. UNAVAILABLE"),
  "credential-name": (text) =>
    matches(
      CREDENTIAL_NAME,
      text,
      "is not [NAMESPACE/]NAME of a stored credential: lower-case letters, digits, dashes and dots",
    ),
  "certificate-key-hash": (text) =>
    matches(/^[A-Za-z0-9+/]{43}=$/, text, "is not the SHA-256 of a public key in base64 (44 characters)"),
  "certificate-hash": (text) =>
    matches(
      /^(?:[0-9A-Fa-f]{64}|[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){31})$/,
      text,
      "is not the SHA-256 of a certificate in hex (64 digits, with or without colons)",
    ),
  "file-path": (text) => (UNSENDABLE.test(text) ? "has a line break or a null character" : undefined),
  "ip-or-cidr": (text) => (isIpOrCidr(text) ? undefined : "is neither an IP address nor a CIDR range"),
  "workload-address": checkWorkloadAddress,
  "ip-or-host": (text) => (isIpAddress(text) ? undefined : checkHostName(text)),
  locality: (text) =>
    matches(/^[^/*\p{Cc}]+(?:\/[^/*\p{Cc}]+){0,2}$/u, text, "is not region/zone/subzone, or the first parts of it"),
  "service-protocol": checkProtocol,
  "port-number": (text) =>
    /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535 ? undefined : "is not a port (1 to 65535)",
  "port-key": (text) =>
    /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535 ? undefined : "is not a port (1 to 65535)",
  "policy-text": (text) => (text === "" ? "is empty" : undefined),
  "trust-domain": (text) =>
    text === ""
      ? "is empty"
      : /^(?:\*|\*?[^*/]+|[^*/]+\*)$/.test(text)
        ? undefined
        : "is not a trust domain (no /, and one * at most, at its beginning or end)",
  "policy-path": checkPolicyPath,
  "service-account": (text) =>
    matches(/^(?:[a-z0-9-]{1,63}\/)?[a-z0-9.-]{1,253}$/, text, "is neither ACCOUNT nor NAMESPACE/ACCOUNT"),
  "log-filter": checkLogFilter,
  "metric-tag": (text) =>
    matches(/^[a-zA-Z_][a-zA-Z0-9_]*$/, text, "is not the name of a label (letters, digits and underscores)") ??
    (text.startsWith("__") || text === "le" ? "is a name that Prometheus keeps for itself" : undefined),
  "metric-tag-value": checkTagValue,
  "log-format": (text) => {
    const found = text.includes("\0") ? { problem: "has a null character" } : checkHeaderVariables(text);
    return found === undefined ? undefined : `${found.problem}${"hint" in found ? `: ${found.hint}` : ""}`;
  },
  "log-path": (text) =>
    text.startsWith("/") && !UNSENDABLE.test(text) ? undefined : "is not the whole path of a file, such as /dev/stdout",
  "ip-address": (text) => (isIpAddress(text) ? undefined : "is not an IP address"),
  "egress-protocol": (text) =>
    /^http_proxy$/i.test(text)
      ? { notHandled: "agents open a forward proxy by themselves (httpProxyPort in the file of --config)" }
      : checkProtocol(text),
  "egress-bind": (text) =>
    isSocketPath(text)
      ? { notHandled: "callers reach sidecars over TCP: give an address" }
      : isIpAddress(text)
        ? undefined
        : "is not an IP address",
  base64: (text) =>
    matches(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, text, "is not base64") ??
    longest(text, BASE64_CHARS_MAX),
  "default-endpoint": checkDefaultEndpoint,
  "limit-key": (text) => (LIMIT_KEYS.test(text) || CONDITION_KEYS.test(text) ? undefined : checkLimitKey(text)),
  /** Of RFC 9110 any token is one, and none that is known has small letters: who writes them meant another. */
  "http-method": (text) =>
    matches(/^[A-Z0-9!#$%&'*+.^_`|~-]{1,32}$/, text, "is no method: they are written in capitals"),
  "path-template": (text) =>
    text.startsWith("/")
      ? (checkPolicyPath(text) ??
        (text.replaceAll(/\{\*\*?\}/g, "").includes("*") ? "has a *: write {*} or {**}" : undefined))
      : "does not begin with /",
  "condition-key": (text) => (CONDITION_KEYS.test(text) ? undefined : checkConditionKey(text)),
} as const satisfies Record<string, (text: string) => string | NotHandled | undefined>;

export type Format = keyof typeof FORMATS;

function matches(pattern: RegExp, text: string, message: string): string | undefined {
  if (text === "" && !pattern.test("")) return "is empty";
  return pattern.test(text) ? undefined : message;
}

function checkDefaultEndpoint(text: string): string | undefined {
  if (isSocketPath(text)) return whyNoSocketPath(text);
  const port = /^(?:127\.0\.0\.1|0\.0\.0\.0|\[::1?\]):([1-9]\d{0,4})$/.exec(text)?.[1];
  return port !== undefined && Number(port) <= 65_535
    ? undefined
    : "is none of 127.0.0.1:PORT, [::1]:PORT, 0.0.0.0:PORT, [::]:PORT and unix:///PATH";
}

function checkNoWildcard(text: string): string | undefined {
  return text.includes("*") ? "has a *: selectors compare whole values" : undefined;
}

function longest(text: string, length: number): string | undefined {
  return text.length > length ? `is longer than ${length} characters` : undefined;
}

function checkDuration(text: string, leastMs: number): string | undefined {
  const ms = parseDurationMs(text);
  if (ms === undefined) return 'is not a duration, e.g. "5s", "250ms", "1h30m"';
  if (ms < leastMs) return `is shorter than ${leastMs < 1000 ? "1ms" : "1s"}`;
  if (ms > DURATION_MS_MAX) return "is longer than 2562047h, the longest Go duration";
  return Number.isInteger(ms) ? undefined : "is not a whole number of milliseconds";
}

/** What Linux takes for TCP_KEEPIDLE and TCP_KEEPINTVL; with more, or none, every connection of the proxy fails. */
function checkKeepalive(text: string): string | undefined {
  return (
    checkDuration(text, 1000) ??
    ((parseDurationMs(text) ?? 0) >= 32_768_000 ? "is longer than 32767s, the longest that Linux takes" : undefined)
  );
}

/** As Go's net/url and Istio's ParseJwksURI take it. */
function checkJwksUri(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text)) return "is not a URL that begins with https:// or http://";
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  return parsed === undefined || /[\s\p{Cc}]/u.test(text) ? "is not a URL" : undefined;
}

function checkModuleUrl(text: string): string | NotHandled | undefined {
  if (/^file:/i.test(text))
    return /^file:\/\/\/[^\s\p{Cc}]+$/u.test(text) ? undefined : "is not file:// and an absolute path";
  if (/^https?:/i.test(text)) return checkJwksUri(text);
  // Without a scheme it is an image, as in Istio.
  return text === ""
    ? "is empty"
    : /^oci:/i.test(text) || !text.includes("://")
      ? { notHandled: "images are not pulled; serve the module over https://, or put it on the hosts and use file://" }
      : "is neither file://, https:// nor http://";
}

function checkLabelKey(text: string): string | undefined {
  const slash = text.indexOf("/");
  const prefix = slash < 0 ? undefined : text.slice(0, slash);
  if (prefix !== undefined && (!DNS_NAME.test(prefix) || prefix.length > 253))
    return "is not a label key: the part before the slash is not a DNS name";
  return LABEL_VALUE.test(text.slice(slash + 1)) && text.length > slash + 1 ? undefined : "is not a label key";
}

function checkGatewayHost(text: string): string | undefined {
  const slash = text.indexOf("/");
  const namespace = slash < 0 ? "*" : text.slice(0, slash);
  const host = text.slice(slash + 1);
  if (namespace !== "*" && namespace !== "." && !DNS_LABEL_IN_ANY_CASE.test(namespace))
    return "has a bad namespace before its slash (`*`, `.` or a name)";
  if (isIpAddress(host)) return undefined;
  const problem = checkWildcardHostName(host);
  if (problem !== undefined) return problem;
  if (host.length > 1 && host.startsWith("*") && !host.startsWith("*."))
    return "has a wildcard for a part of a label: a gateway takes * for whole ones (*.example.com)";
  return host === "*" || host.includes(".") ? undefined : "is a short name: a gateway needs the whole name, or *";
}

function checkSidecarHost(text: string): string | undefined {
  const parsed = parseImportedHost(text);
  if (parsed === undefined) return "has no namespace before its host (./HOST, */HOST, NAMESPACE/HOST)";
  const { namespace, host, isExcluded } = parsed;
  const isAnyOrOwn = !isExcluded && (namespace === "*" || namespace === ".");
  if (namespace !== undefined && !isAnyOrOwn && !DNS_LABEL_IN_ANY_CASE.test(namespace))
    return "has a bad namespace before its slash (`*`, `.`, `~` or a name)";
  const problem = checkWildcardHostName(host);
  if (problem !== undefined) return problem;
  return host === "*" || host.includes(".") ? undefined : "has a short name: write the whole name, or *";
}

function checkSniHost(text: string): string | undefined {
  if (isIpAddress(text)) return undefined;
  return text.length > 1 && text.startsWith("*") && !text.startsWith("*.")
    ? "has a wildcard for a part of a label: a server name takes * for whole ones (*.example.com)"
    : checkWildcardHostName(text);
}

function checkGatewayRef(text: string): string | undefined {
  const parts = text.replace(/^\.\//, "").split("/");
  if (parts.length > 2 || parts.some((part) => checkHostName(part) !== undefined))
    return "is neither `mesh`, NAME nor NAMESPACE/NAME";
  return undefined;
}

function checkMatchHeaderName(text: string): string | NotHandled | undefined {
  if (claimOfRoute(text) !== undefined) return undefined;
  // Envoy's matches know the pseudo-headers of HTTP/2 too.
  return matches(TOKEN, text.replace(/^:/, ""), "is not a header name");
}

function checkProtocol(text: string): string | NotHandled | undefined {
  return matches(
    PROTOCOLS,
    text,
    "is not a protocol Pharos knows (HTTP, HTTP2, GRPC, GRPC-WEB, HTTPS, TLS, TCP, MONGO, REDIS, MYSQL)",
  );
}

function checkRetryOn(text: string): string | undefined {
  const unknown = text.split(",").find((part) => !RETRY_ON.has(part) && !/^[1-5]\d\d$/.test(part));
  if (unknown === undefined) return undefined;
  if (unknown.trim() !== unknown) return "has a space next to a comma";
  return `has ${JSON.stringify(unknown)}, which is neither a retry condition of Envoy nor a status code`;
}

function checkWorkloadAddress(text: string): string | undefined {
  if (isSocketPath(text)) return whyNoSocketPath(text);
  return isIpAddress(text) ? undefined : checkHostName(text);
}

/** Paths of policies: a star at one end, or templates with {*} and, last, {**}. */
function checkPolicyPath(text: string): string | undefined {
  if (text === "") return "is empty";
  if (!/[{}]/.test(text)) return undefined;
  const segments = text.split("/");
  if (text.includes("*") && /\*/.test(text.replaceAll("{*}", "").replaceAll("{**}", "")))
    return "mixes a template with *";
  const bad = segments.find((segment) => /[{}]/.test(segment) && segment !== "{*}" && segment !== "{**}");
  if (bad !== undefined) return `has ${JSON.stringify(bad)}: a template is a whole segment, {*} or {**}`;
  const rest = segments.indexOf("{**}");
  return rest >= 0 && segments.slice(rest + 1).some((segment) => /[{}]/.test(segment))
    ? "has a template after {**}"
    : undefined;
}

function checkLimitKey(text: string): string | NotHandled | undefined {
  if (/^source\.(?:workload|labels)\b/.test(text)) return "is not what a certificate says: write source.serviceAccount";
  const problem = checkConditionKey(text);
  return typeof problem === "string"
    ? problem.replace(
        "is not a condition Pharos knows (",
        "is no key Pharos knows (request.method, request.path, request.query[NAME], ",
      )
    : problem;
}

function checkConditionKey(text: string): string | NotHandled | undefined {
  if (claimOfCondition(text) !== undefined) return undefined;
  if (/^experimental\.envoy\.filters\..*\[.+\]$/.test(text))
    return { notHandled: "the metadata of other filters is not looked at" };
  return "is not a condition Pharos knows (request.headers[NAME], source.ip, source.namespace, source.principal, source.serviceAccount, source.trustDomain, remote.ip, request.auth.principal, request.auth.audiences, request.auth.presenter, request.auth.claims[CLAIM], destination.ip, destination.port, connection.sni)";
}
