import type { Authorizer, HttpProvider } from "#core/resolve/authorizers.ts";
import { ApiVersion } from "#proto/gen/envoy/config/core/v3/config_source_pb.js";
import type { GrpcServiceSchema } from "#proto/gen/envoy/config/core/v3/grpc_service_pb.js";
import type { FilterSchema } from "#proto/gen/envoy/config/listener/v3/listener_components_pb.js";
import {
  type BufferSettingsSchema,
  ExtAuthzSchema,
  type HttpServiceSchema,
} from "#proto/gen/envoy/extensions/filters/http/ext_authz/v3/ext_authz_pb.js";
import { RBACPerRouteSchema, RBACSchema } from "#proto/gen/envoy/extensions/filters/http/rbac/v3/rbac_pb.js";
import { ExtAuthzSchema as NetworkExtAuthzSchema } from "#proto/gen/envoy/extensions/filters/network/ext_authz/v3/ext_authz_pb.js";
import { RBACSchema as NetworkRbacSchema } from "#proto/gen/envoy/extensions/filters/network/rbac/v3/rbac_pb.js";
import type { ListStringMatcherSchema } from "#proto/gen/envoy/type/matcher/v3/string_pb.js";
import type { StatusCode } from "#proto/gen/envoy/type/v3/http_status_pb.js";
import { isMarked, markPrefix } from "#server/envoy/features/authorizer-mark.ts";
import { buildCustomRules } from "#server/envoy/features/build-rbac.ts";
import type { Guard } from "#server/envoy/features/guard.ts";
import type { HttpFilter } from "#server/envoy/features/http-filter.ts";
import { authorizerCluster } from "#server/envoy/names.ts";
import { duration, type Init, pack, typed } from "#server/envoy/pack.ts";

const TIMEOUT = "600s";

/**
 * The two filters that have somebody asked: rules that are only looked at leave a mark on the requests that they match, and
 * who is marked is asked about (Istio's way). The rules come with the route configuration; whom to ask is the listener's. Where
 * a chain lacks the two, the rules of DENY refuse what they would have asked about: see `buildRbac`.
 */
export function externalAuthorization(authorizer: Authorizer): readonly HttpFilter[] {
  const { name } = authorizer.provider;
  const rules = `envoy.filters.http.rbac.custom.${name}`;
  const asking = `envoy.filters.http.ext_authz.${name}`;
  const looking = typed(rules, RBACSchema, { shadowRulesStatPrefix: markPrefix(name) });
  const isIn = (direction: string): boolean => direction !== "outbound";
  return [
    {
      name: rules,
      phase: "asking",
      inListener: (direction) => (isIn(direction) ? { ...looking, disabled: true } : undefined),
      onRoutes(guard) {
        const shadowRules = buildCustomRules(name, { ...guard, isHttp: true });
        const rbac = { shadowRules, shadowRulesStatPrefix: markPrefix(name) };
        return shadowRules === undefined ? undefined : pack(RBACPerRouteSchema, { rbac });
      },
    },
    {
      name: asking,
      phase: "asking",
      inListener: (direction) => (isIn(direction) ? typed(asking, ExtAuthzSchema, ofHttp(authorizer)) : undefined),
    },
  ];
}

/**
 * The same for the connections of a chain; none where they are asked about nothing on its port. Who is asked over HTTP is asked
 * about requests alone, as in Istio.
 */
export function externalConnectionAuthorization(
  authorizer: Authorizer,
  guard: Omit<Guard, "trustsForwardedFor">,
): readonly Init<typeof FilterSchema>[] {
  const { envoyExtAuthzGrpc: grpc, name } = authorizer.provider;
  if (grpc === undefined) return [];
  const shadowRules = buildCustomRules(name, { ...guard, isHttp: false, trustsForwardedFor: [] });
  if (shadowRules === undefined) return [];
  return [
    typed("envoy.filters.network.rbac", NetworkRbacSchema, {
      shadowRules,
      shadowRulesStatPrefix: markPrefix(name),
      statPrefix: "tcp.",
    }),
    typed("envoy.filters.network.ext_authz", NetworkExtAuthzSchema, {
      statPrefix: "tcp.",
      failureModeAllow: grpc.failOpen === true,
      transportApiVersion: ApiVersion.V3,
      grpcService: overGrpc(authorizer, grpc.timeout),
      filterEnabledMetadata: isMarked("envoy.filters.network.rbac", name),
    }),
  ];
}

function ofHttp(authorizer: Authorizer): Init<typeof ExtAuthzSchema> {
  const { name, envoyExtAuthzHttp: http, envoyExtAuthzGrpc: grpc } = authorizer.provider;
  const { failOpen, clearRouteCache, statusOnError, includeRequestBodyInCheck: body } = http ?? grpc ?? {};
  const told = http?.includeRequestHeadersInCheck ?? http?.includeHeadersInCheck ?? [];
  return {
    failureModeAllow: failOpen === true,
    clearRouteCache: clearRouteCache === true,
    transportApiVersion: ApiVersion.V3,
    filterEnabledMetadata: isMarked("envoy.filters.http.rbac", name),
    ...(statusOnError === undefined ? {} : { statusOnError: { code: Number(statusOnError) as StatusCode } }),
    ...(body === undefined ? {} : { withRequestBody: buffer(body) }),
    ...(told.length === 0 ? {} : { allowedHeaders: matchNames(told) }),
    services:
      http === undefined
        ? { case: "grpcService", value: overGrpc(authorizer, grpc?.timeout) }
        : { case: "httpService", value: overHttp(authorizer, http) },
  };
}

function overGrpc(authorizer: Authorizer, timeout: string | undefined): Init<typeof GrpcServiceSchema> {
  return {
    targetSpecifier: {
      case: "envoyGrpc",
      value: { clusterName: authorizerCluster(authorizer), authority: authorizer.service.host },
    },
    timeout: duration(timeout ?? TIMEOUT),
  };
}

function overHttp(authorizer: Authorizer, http: HttpProvider): Init<typeof HttpServiceSchema> {
  const added = Object.entries(http.includeAdditionalHeadersInCheck ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const {
    headersToUpstreamOnAllow: upstream = [],
    headersToDownstreamOnDeny: denied = [],
    headersToDownstreamOnAllow: allowed = [],
  } = http;
  const listed = <K extends string>(key: K, names: readonly string[]) =>
    names.length === 0 ? {} : { [key]: matchNames(names) };
  return {
    ...(http.pathPrefix === undefined ? {} : { pathPrefix: http.pathPrefix }),
    serverUri: {
      // Envoy wants one, and goes by the cluster.
      uri: `http://${authorizer.service.host}`,
      httpUpstreamType: { case: "cluster", value: authorizerCluster(authorizer) },
      timeout: duration(http.timeout ?? TIMEOUT),
    },
    ...(added.length === 0
      ? {}
      : { authorizationRequest: { headersToAdd: added.map(([key, value]) => ({ key, value })) } }),
    ...(upstream.length + denied.length + allowed.length === 0
      ? {}
      : {
          authorizationResponse: {
            ...listed("allowedUpstreamHeaders", upstream),
            ...listed("allowedClientHeaders", denied),
            ...listed("allowedClientHeadersOnSuccess", allowed),
          },
        }),
  };
}

type Body = NonNullable<HttpProvider["includeRequestBodyInCheck"]>;

function buffer({ maxRequestBytes, allowPartialMessage, packAsBytes }: Body): Init<typeof BufferSettingsSchema> {
  return {
    maxRequestBytes,
    allowPartialMessage: allowPartialMessage === true,
    packAsBytes: packAsBytes === true,
  };
}

function matchNames(names: readonly string[]): Init<typeof ListStringMatcherSchema> {
  return {
    patterns: names.map((name) => ({
      ignoreCase: true,
      matchPattern: name.startsWith("*")
        ? { case: "suffix", value: name.slice(1) }
        : name.endsWith("*")
          ? { case: "prefix", value: name.slice(0, -1) }
          : { case: "exact", value: name },
    })),
  };
}
