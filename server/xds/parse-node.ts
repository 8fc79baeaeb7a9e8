import type { JsonObject } from "@bufbuild/protobuf";
import { PharosError } from "#core/errors.ts";
import type { NodeMetadata, ProxyNode } from "#core/xds/layer.ts";
import { readMessage } from "#grpc/read-message.ts";
import { NodeSchema } from "#proto/gen/envoy/config/core/v3/base_pb.js";

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
  return Object.fromEntries(Object.entries(parsed).map(([key, each]) => [key, text(each)]));
}

function list(value: unknown, name: string): Record<string, unknown>[] {
  const parsed = structured(value, name);
  return Array.isArray(parsed)
    ? parsed.filter((each): each is Record<string, unknown> => typeof each === "object" && each !== null)
    : [];
}

function optionalNumber(value: unknown): number | undefined {
  const number = Number(text(value));
  return Number.isInteger(number) && number > 0 ? number : undefined;
}

function parseMetadata(raw: JsonObject): NodeMetadata {
  const labels = stringMap(raw.LABELS, "LABELS");
  const httpProxyPort = optionalNumber(raw.HTTP_PROXY_PORT);
  return {
    LABELS: labels,
    SERVICE_ACCOUNT: text(raw.SERVICE_ACCOUNT),
    WORKLOAD_NAME: text(raw.WORKLOAD_NAME),
    INTERCEPTION_MODE: raw.INTERCEPTION_MODE === "NONE" ? "NONE" : "REDIRECT",
    ...(httpProxyPort === undefined ? {} : { HTTP_PROXY_PORT: httpProxyPort }),
    PHAROS_OUTBOUND: list(raw.PHAROS_OUTBOUND, "PHAROS_OUTBOUND").map((each) => ({
      host: text(each.host),
      port: Number(text(each.port)),
      bindPort: Number(text(each.bindPort)),
    })),
    PHAROS_INBOUND: list(raw.PHAROS_INBOUND, "PHAROS_INBOUND").map((each) => ({
      name: text(each.name),
      appPort: Number(text(each.appPort)),
      inboundPort: Number(text(each.inboundPort)),
    })),
    PHAROS_GATEWAY_PORTS: Object.fromEntries(
      Object.entries(stringMap(raw.PHAROS_GATEWAY_PORTS, "PHAROS_GATEWAY_PORTS")).map(([port, bound]) => [
        port,
        Number(bound),
      ]),
    ),
    ...(text(raw.PHAROS_ACCESS_LOG) === "" ? {} : { PHAROS_ACCESS_LOG: text(raw.PHAROS_ACCESS_LOG) }),
    PHAROS_TRACING: text(raw.PHAROS_TRACING) === "true",
    ...(text(raw.GENERATOR) === "" ? {} : { GENERATOR: text(raw.GENERATOR) }),
  };
}

/** A node message as Istio's proxies send it. Throws "invalid" with what a node id looks like. */
export function parseNode(bytes: Uint8Array, isDelta: boolean): ProxyNode {
  const node = readMessage(NodeSchema, bytes);
  const [type, address = "", qualified = "", domain = "", ...rest] = node.id.split("~");
  const dot = qualified.lastIndexOf(".");
  if ((type !== "sidecar" && type !== "router") || rest.length > 0 || dot < 1 || domain === "") {
    throw new PharosError("invalid", `node id ${JSON.stringify(node.id)} is not understood`, { hint: HINT });
  }
  const raw: JsonObject = node.metadata ?? {};
  const namespace = qualified.slice(dot + 1);
  if (raw.NAMESPACE !== undefined && raw.NAMESPACE !== namespace)
    throw new PharosError("invalid", `node ${node.id} says NAMESPACE ${text(raw.NAMESPACE)}`, { hint: HINT });
  const userAgent = node.userAgentName;
  const version =
    node.userAgentVersionType.case === "userAgentBuildVersion"
      ? versionText(node.userAgentVersionType.value.version)
      : node.userAgentVersionType.case === "userAgentVersion"
        ? node.userAgentVersionType.value
        : "";
  return {
    id: node.id,
    type,
    address,
    name: qualified.slice(0, dot),
    namespace,
    domain,
    metadata: parseMetadata(raw),
    userAgent,
    version,
    takesVirtualHosts: isDelta && !/grpc/i.test(userAgent) && raw.PHAROS_VHDS !== "false" && raw.PHAROS_VHDS !== false,
  };
}

function versionText(version: { majorNumber: number; minorNumber: number; patch: number } | undefined): string {
  return version === undefined ? "" : `${version.majorNumber}.${version.minorNumber}.${version.patch}`;
}
