import { parseCidr } from "#core/simulate/address.ts";
import type { HttpManager } from "#core/simulate/listener.ts";
import { type HeaderOperations, readHeaderOperations } from "#core/simulate/read/header-operations.ts";
import { readHttpFilter } from "#core/simulate/read/http-filter.ts";
import { openAny } from "#core/simulate/read/open-any.ts";
import { readReplies } from "#core/simulate/read/replies.ts";
import { readRouteTable } from "#core/simulate/read/route-table.ts";
import { VirtualHosts } from "#core/simulate/virtual-hosts.ts";
import { TRACE_FILTER } from "#core/xds/trace-filter.ts";
import type { HeaderValueOption } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import type { TypedExtensionConfig } from "#proto/gen/envoy/config/core/v3/extension_pb.js";
import { HttpProtocolOptions_HeadersWithUnderscoresAction as Underscores } from "#proto/gen/envoy/config/core/v3/protocol_pb.js";
import {
  HttpConnectionManager_PathWithEscapedSlashesAction as EscapedSlashes,
  HttpConnectionManager_ForwardClientCertDetails as ForwardCert,
  type HttpConnectionManager,
} from "#proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import { HeaderMutationSchema } from "#proto/gen/envoy/extensions/http/early_header_mutation/header_mutation/v3/header_mutation_pb.js";

const SLASHES = {
  [EscapedSlashes.IMPLEMENTATION_SPECIFIC_DEFAULT]: "keep",
  [EscapedSlashes.KEEP_UNCHANGED]: "keep",
  [EscapedSlashes.REJECT_REQUEST]: "reject",
  [EscapedSlashes.UNESCAPE_AND_REDIRECT]: "redirect",
  [EscapedSlashes.UNESCAPE_AND_FORWARD]: "forward",
} as const;
const UNDERSCORES = {
  [Underscores.ALLOW]: "allow",
  [Underscores.REJECT_REQUEST]: "reject",
  [Underscores.DROP_HEADER]: "drop",
} as const;
const FORWARD_CERT = {
  [ForwardCert.SANITIZE]: "sanitize",
  [ForwardCert.FORWARD_ONLY]: "forward-only",
  [ForwardCert.APPEND_FORWARD]: "append-forward",
  [ForwardCert.SANITIZE_SET]: "sanitize-set",
  [ForwardCert.ALWAYS_FORWARD_ONLY]: "always-forward",
} as const;

export function readHttpManager(config: HttpConnectionManager): HttpManager {
  const { routeSpecifier: routes, stripPortMode } = config;
  return {
    kind: "http",
    normalizesPath: config.normalizePath ?? false,
    upgrades: new Set(
      config.upgradeConfigs.flatMap(({ upgradeType, enabled }) =>
        enabled === false ? [] : [upgradeType.toLowerCase()],
      ),
    ),
    mergesSlashes: config.mergeSlashes,
    escapedSlashes: SLASHES[config.pathWithEscapedSlashesAction],
    stripsHostDot: config.stripTrailingHostDot,
    stripsPort:
      stripPortMode.case === "stripAnyHostPort" && stripPortMode.value
        ? "any"
        : config.stripMatchingHostPort
          ? "matching"
          : "no",
    usesRemoteAddress: config.useRemoteAddress ?? false,
    trustedHops: config.xffNumTrustedHops,
    internal: (config.internalAddressConfig?.cidrRanges ?? []).flatMap(
      ({ addressPrefix, prefixLen }) => parseCidr(addressPrefix, prefixLen ?? 0) ?? [],
    ),
    underscores: UNDERSCORES[config.commonHttpProtocolOptions?.headersWithUnderscoresAction ?? Underscores.ALLOW],
    forwardClientCert: FORWARD_CERT[config.forwardClientCertDetails],
    early: readEarly(config.earlyHeaderMutationExtensions),
    filters: config.httpFilters.map(({ name, disabled, configType }) => ({
      name,
      isDisabled: disabled,
      config:
        name === TRACE_FILTER
          ? { kind: "trace" }
          : readHttpFilter(configType.case === "typedConfig" ? configType.value : undefined),
    })),
    replies: readReplies(config.localReplyConfig),
    routes:
      routes.case === "routeConfig"
        ? new VirtualHosts(readRouteTable(routes.value), [])
        : routes.case === "rds"
          ? routes.value.routeConfigName
          : "",
  };
}

/** Removals and additions one after the other; ours take off first and put on behind. */
function readEarly(extensions: readonly TypedExtensionConfig[]): HeaderOperations {
  const remove: string[] = [];
  const add: HeaderValueOption[] = [];
  for (const { typedConfig } of extensions) {
    for (const { action } of openAny(HeaderMutationSchema, typedConfig)?.mutations ?? []) {
      if (action.case === "remove") remove.push(action.value);
      else if (action.case === "append") add.push(action.value);
    }
  }
  return readHeaderOperations(add, remove);
}
