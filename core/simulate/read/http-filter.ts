import type { Any } from "@bufbuild/protobuf/wkt";
import type { FaultConfig, FilterConfig } from "#core/simulate/filter.ts";
import { readRequestAsk } from "#core/simulate/read/ask.ts";
import { readDurationMs } from "#core/simulate/read/duration-ms.ts";
import { readFraction } from "#core/simulate/read/fraction.ts";
import { headerName, readHeaderMatcher } from "#core/simulate/read/header-matcher.ts";
import { openAny, typeOf } from "#core/simulate/read/open-any.ts";
import { readRbacConfig } from "#core/simulate/read/rbac.ts";
import { readStringMatcher } from "#core/simulate/read/string-matcher.ts";
import { readTokenFilter } from "#core/simulate/read/token-filter.ts";
import { LIMIT_ENTRIES } from "#core/xds/limits-metadata.ts";
import {
  type CorsPolicy,
  CorsPolicySchema,
  CorsSchema,
} from "#proto/gen/envoy/extensions/filters/http/cors/v3/cors_pb.js";
import { FilterConfigSchema as DynamicSchema } from "#proto/gen/envoy/extensions/filters/http/dynamic_forward_proxy/v3/dynamic_forward_proxy_pb.js";
import { ExtAuthzSchema } from "#proto/gen/envoy/extensions/filters/http/ext_authz/v3/ext_authz_pb.js";
import { type HTTPFault, HTTPFaultSchema } from "#proto/gen/envoy/extensions/filters/http/fault/v3/fault_pb.js";
import { GrpcWebSchema } from "#proto/gen/envoy/extensions/filters/http/grpc_web/v3/grpc_web_pb.js";
import { ConfigSchema } from "#proto/gen/envoy/extensions/filters/http/header_to_metadata/v3/header_to_metadata_pb.js";
import { JwtAuthenticationSchema } from "#proto/gen/envoy/extensions/filters/http/jwt_authn/v3/config_pb.js";
import {
  type RateLimitPerRoute,
  RateLimitPerRouteSchema,
  RateLimitSchema,
} from "#proto/gen/envoy/extensions/filters/http/ratelimit/v3/rate_limit_pb.js";
import { RBACPerRouteSchema, RBACSchema } from "#proto/gen/envoy/extensions/filters/http/rbac/v3/rbac_pb.js";
import { RouterSchema } from "#proto/gen/envoy/extensions/filters/http/router/v3/router_pb.js";
import { TapSchema } from "#proto/gen/envoy/extensions/filters/http/tap/v3/tap_pb.js";

const NEVER = { parts: 0, of: 100 } as const;
const ALL = { parts: 100, of: 100 } as const;

/** What a filter does by the configuration of its listener, or by what a route, a virtual host or a table says for it. */
export function readHttpFilter(any: Any | undefined): FilterConfig {
  const type = typeOf(any);
  switch (type) {
    case RBACSchema.typeName:
      return readRbacConfig(openAny(RBACSchema, any) ?? {});
    case RBACPerRouteSchema.typeName:
      return readRbacConfig(openAny(RBACPerRouteSchema, any)?.rbac ?? {});
    case ExtAuthzSchema.typeName: {
      const config = openAny(ExtAuthzSchema, any);
      return config === undefined ? { kind: "unknown", type } : readRequestAsk(config);
    }
    case JwtAuthenticationSchema.typeName: {
      const config = openAny(JwtAuthenticationSchema, any);
      return config === undefined ? { kind: "unknown", type } : readTokenFilter(config);
    }
    case CorsSchema.typeName:
      return cors(undefined);
    case CorsPolicySchema.typeName:
      return cors(openAny(CorsPolicySchema, any));
    case HTTPFaultSchema.typeName:
      return fault(openAny(HTTPFaultSchema, any));
    case ConfigSchema.typeName:
      return {
        kind: "header-to-metadata",
        removes: (openAny(ConfigSchema, any)?.requestRules ?? [])
          .filter(({ remove }) => remove)
          .map(({ header }) => headerName(header)),
      };
    case RateLimitSchema.typeName:
      return { kind: "limits", set: undefined };
    case RateLimitPerRouteSchema.typeName:
      return { kind: "limits", set: setOf(openAny(RateLimitPerRouteSchema, any)) };
    case GrpcWebSchema.typeName:
      return { kind: "grpc-web" };
    case DynamicSchema.typeName:
      return { kind: "look-up" };
    case TapSchema.typeName:
      return { kind: "tap" };
    case RouterSchema.typeName:
      return { kind: "router" };
    default:
      return { kind: "unknown", type };
  }
}

/** Which of its limits the agent is asked by; undefined: none. */
function setOf(config: RateLimitPerRoute | undefined): string | undefined {
  for (const { actions } of config?.rateLimits ?? [])
    for (const { actionSpecifier: action } of actions)
      if (action.case === "genericKey" && action.value.descriptorKey === LIMIT_ENTRIES.set)
        return action.value.descriptorValue;
  return undefined;
}

function cors(policy: CorsPolicy | undefined): FilterConfig {
  return {
    kind: "cors",
    origins: (policy?.allowOriginStringMatch ?? []).map(readStringMatcher),
    methods: policy?.allowMethods ?? "",
    headers: policy?.allowHeaders ?? "",
    exposed: policy?.exposeHeaders ?? "",
    maxAge: policy?.maxAge ?? "",
    credentials: policy?.allowCredentials,
    privateNetwork: policy?.allowPrivateNetworkAccess,
    forwardsOthers: policy?.forwardNotMatchingPreflights,
    enabled: policy === undefined ? NEVER : readFraction(policy.filterEnabled?.defaultValue, ALL),
  };
}

function fault(config: HTTPFault | undefined): FaultConfig {
  const delay = config?.delay;
  const error = config?.abort?.errorType;
  const grpcStatus = error?.case === "grpcStatus" ? error.value : undefined;
  return {
    kind: "fault",
    conditions: (config?.headers ?? []).map(readHeaderMatcher),
    delayMs: delay?.faultDelaySecifier.case === "fixedDelay" ? readDurationMs(delay.faultDelaySecifier.value) : 0,
    delayed: delay === undefined ? NEVER : readFraction(delay.percentage, NEVER),
    abort:
      error?.case !== "httpStatus" && grpcStatus === undefined
        ? undefined
        : {
            // Callers that do not speak gRPC get 200, and no word of it.
            status: error?.case === "httpStatus" ? error.value : 200,
            grpcStatus,
            share: readFraction(config?.abort?.percentage, NEVER),
          },
  };
}
