import type { JsonObject } from "@bufbuild/protobuf";
import { cutText } from "#core/cut-text.ts";
import { PharosError } from "#core/errors.ts";
import { isLocality } from "#core/model/locality.ts";
import { plainText } from "#core/plain-text.ts";
import { isIpAddress } from "#core/schema/ip-address.ts";
import type { NodeMetadata, ProxyNode } from "#core/xds/layer.ts";
import { readMessage } from "#grpc/read-message.ts";
import { NodeSchema } from "#proto/gen/envoy/config/core/v3/base_pb.js";

/** Of labels, ports, listeners: more than any workload has, and nothing to hold for each of a fleet. */
const ENTRIES_MAX = 256;
const HOST_CHARS_MAX = 253;
const PORT_MAX = 65_535;
/** Namespaces are the certificate's; the rest is written into logs and names of listeners. */
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/;
const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const DOMAIN = /^[A-Za-z0-9.-]{1,253}$/;
const HINT = "a proxy names itself TYPE~IP~NAME.NAMESPACE~NAMESPACE.svc.DOMAIN, as Istio's do";

function text(value: unknown): string {
  return typeof value === "string"
    ? value
    : typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : "";
}

/** Istio's agents write structured metadata either as it is or as JSON in a string. */
function structured(value: unknown, name: string): unknown {
  if (typeof value !== "string" || value === "") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    throw new PharosError("invalid", `node metadata ${name} is not JSON`);
  }
}

function stringMap(value: unknown, name: string): Record<string, string> {
  const parsed = structured(value, name);
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return {};
  refuseMore(Object.keys(parsed).length, ENTRIES_MAX, name);
  return Object.fromEntries(Object.entries(parsed).map(([key, each]) => [key, text(each)]));
}

function list(value: unknown, name: string): Record<string, unknown>[] {
  const parsed = structured(value, name);
  if (Array.isArray(parsed)) refuseMore(parsed.length, ENTRIES_MAX, name);
  return Array.isArray(parsed)
    ? parsed.filter((each): each is Record<string, unknown> => typeof each === "object" && each !== null)
    : [];
}

/** A number that no port can be would break the build of what it goes into, later and for everybody. */
function port(value: unknown, name: string): number {
  const number = Number(text(value));
  if (Number.isInteger(number) && number > 0 && number <= PORT_MAX) return number;
  throw new PharosError("invalid", `node metadata ${name}: ${JSON.stringify(text(value).slice(0, 40))} is not a port`);
}

/** 0 and nothing: not said. */
function optionalPort(value: unknown, name: string): number | undefined {
  return text(value) === "" || text(value) === "0" ? undefined : port(value, name);
}

function refuseMore(count: number, most: number, name: string): void {
  if (count > most) throw new PharosError("invalid", `node metadata ${name} has ${count} entries, more than ${most}`);
}

/** What is kept of a node, whatever it is of: for an hour after it has gone, too. */
const METADATA_CHARS_MAX = 65_536;

function parseMetadata(raw: JsonObject): NodeMetadata {
  const metadata = readMetadata(raw);
  const length = JSON.stringify(metadata).length;
  if (length > METADATA_CHARS_MAX)
    throw new PharosError("invalid", `node metadata has ${length} characters, more than ${METADATA_CHARS_MAX}`);
  return metadata;
}

function readMetadata(raw: JsonObject): NodeMetadata {
  const labels = stringMap(raw.LABELS, "LABELS");
  const httpProxyPort = optionalPort(raw.HTTP_PROXY_PORT, "HTTP_PROXY_PORT");
  return {
    LABELS: labels,
    SERVICE_ACCOUNT: cutText(text(raw.SERVICE_ACCOUNT), HOST_CHARS_MAX),
    WORKLOAD_NAME: plainText(text(raw.WORKLOAD_NAME), HOST_CHARS_MAX),
    INTERCEPTION_MODE: raw.INTERCEPTION_MODE === "NONE" ? "NONE" : "REDIRECT",
    ...(text(raw.DNS_CAPTURE) === "true" ? { DNS_CAPTURE: true as const } : {}),
    ...(text(raw.PHAROS_IPV6) === "true" ? { PHAROS_IPV6: true as const } : {}),
    ...(httpProxyPort === undefined ? {} : { HTTP_PROXY_PORT: httpProxyPort }),
    PHAROS_OUTBOUND: list(raw.PHAROS_OUTBOUND, "PHAROS_OUTBOUND").map((each) => ({
      host: cutText(text(each.host), HOST_CHARS_MAX),
      port: port(each.port, "PHAROS_OUTBOUND"),
      bindPort: port(each.bindPort, "PHAROS_OUTBOUND"),
    })),
    PHAROS_INBOUND: list(raw.PHAROS_INBOUND, "PHAROS_INBOUND").map((each) => ({
      name: cutText(text(each.name), HOST_CHARS_MAX),
      appPort: port(each.appPort, "PHAROS_INBOUND"),
      inboundPort: optionalPort(each.inboundPort, "PHAROS_INBOUND") ?? 0,
    })),
    PHAROS_GATEWAY_PORTS: Object.fromEntries(
      Object.entries(stringMap(raw.PHAROS_GATEWAY_PORTS, "PHAROS_GATEWAY_PORTS")).map(([number, bound]) => [
        number,
        port(bound, "PHAROS_GATEWAY_PORTS"),
      ]),
    ),
    ...(text(raw.PHAROS_ACCESS_LOG) === "" ? {} : { PHAROS_ACCESS_LOG: text(raw.PHAROS_ACCESS_LOG) }),
    PHAROS_TRACING: text(raw.PHAROS_TRACING) === "true",
    ...(text(raw.PHAROS_TRACE_SCRIPT) === "" ? {} : { PHAROS_TRACE_SCRIPT: text(raw.PHAROS_TRACE_SCRIPT) }),
    ...(text(raw.GENERATOR) === "" ? {} : { GENERATOR: text(raw.GENERATOR) }),
  };
}

/** A node message as Istio's proxies send it. Throws "invalid" with what a node id looks like. */
export function parseNode(bytes: Uint8Array, isDelta: boolean): ProxyNode {
  const node = readMessage(NodeSchema, bytes);
  const [type, address = "", qualified = "", domain = "", ...rest] = node.id.split("~");
  const dot = qualified.lastIndexOf(".");
  if ((type !== "sidecar" && type !== "router") || rest.length > 0 || dot < 1 || domain === "") {
    throw new PharosError("invalid", `node id ${JSON.stringify(node.id.slice(0, 300))} is not understood`, {
      hint: HINT,
    });
  }
  const raw: JsonObject = node.metadata ?? {};
  const namespace = qualified.slice(dot + 1);
  const name = qualified.slice(0, dot);
  // Callers bind and print them: neither line ends nor names of a megabyte.
  if (!NAME.test(name) || !NAMESPACE.test(namespace) || !DOMAIN.test(domain) || !isIpAddress(address))
    throw new PharosError("invalid", `node id ${JSON.stringify(node.id.slice(0, 300))} is not understood`, {
      hint: HINT,
    });
  if (raw.NAMESPACE !== undefined && raw.NAMESPACE !== namespace)
    throw new PharosError("invalid", `node ${node.id} says NAMESPACE ${text(raw.NAMESPACE).slice(0, 100)}`, {
      hint: HINT,
    });
  const userAgent = node.userAgentName;
  const version =
    node.userAgentVersionType.case === "userAgentBuildVersion"
      ? versionText(node.userAgentVersionType.value.version)
      : node.userAgentVersionType.case === "userAgentVersion"
        ? node.userAgentVersionType.value
        : "";
  const { region = "", zone = "", subZone = "" } = node.locality ?? {};
  const locality = [region, zone, subZone].join("/").replace(/\/+$/, "");
  return {
    id: node.id,
    // What no place is called is as good as nothing said.
    ...(isLocality(locality) ? { locality } : {}),
    type,
    address,
    name,
    namespace,
    domain,
    metadata: parseMetadata(raw),
    userAgent: plainText(userAgent, HOST_CHARS_MAX),
    version: plainText(version, HOST_CHARS_MAX),
    takesVirtualHosts: isDelta && !/grpc/i.test(userAgent) && raw.PHAROS_VHDS !== "false" && raw.PHAROS_VHDS !== false,
  };
}

function versionText(version: { majorNumber: number; minorNumber: number; patch: number } | undefined): string {
  return version === undefined ? "" : `${version.majorNumber}.${version.minorNumber}.${version.patch}`;
}
