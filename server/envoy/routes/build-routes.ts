import { expandHost } from "#core/host/host.ts";
import type { RouteHeaders } from "#core/mesh-config/header-settings.ts";
import { placesOfRoute, type RoutePlace, type RoutingService } from "#core/resolve/delegates.ts";
import { resolveDestinationPort } from "#core/resolve/destination-port.ts";
import type { CallerReader } from "#core/resolve/mesh-reader.ts";
import type {
  HeaderRules,
  RouteMatch,
  RouteRedirect,
  RouteRule,
  RouteShare,
  RouteTarget,
} from "#core/resolve/route-rule.ts";
import type { DecidingRoutes, RouteCaller } from "#core/resolve/routes.ts";
import { MIRROR_HEADER, PEER_HEADER } from "#core/telemetry/access-log.ts";
import {
  HeaderValueOption_HeaderAppendAction,
  type HeaderValueOptionSchema,
} from "#proto/gen/envoy/config/core/v3/base_pb.js";
import {
  RedirectAction_RedirectResponseCode,
  type RedirectActionSchema,
  type RedirectAction_RedirectResponseCode as RedirectCode,
  type RouteAction_RequestMirrorPolicySchema,
  type RouteActionSchema,
  type RouteSchema,
} from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import { routeFilters } from "#server/envoy/features/http-filters.ts";
import { outboundCluster } from "#server/envoy/names.ts";
import { duration, durationMs, type Init } from "#server/envoy/pack.ts";
import { buildRouteMatch } from "#server/envoy/routes/build-match.ts";
import { buildPercent } from "#server/envoy/routes/build-percent.ts";
import { withRetries } from "#server/envoy/routes/build-retries.ts";
import { buildHashPolicy } from "#server/envoy/routes/hash-policy.ts";
import { mirrorShare } from "#server/envoy/routes/mirror-share.ts";
import { isToldPeer } from "#server/envoy/routes/peer-header.ts";

export type RouteInit = Init<typeof RouteSchema>;
type ActionInit = Init<typeof RouteActionSchema>;

/** Where a VirtualService's routes are to be used. */
export interface RouteContext extends RouteCaller {
  readonly world: CallerReader;
  /** Callers come over TLS that ends here. */
  readonly isTls?: boolean;
}

const REDIRECT_CODES: Readonly<Record<number, RedirectCode>> = {
  301: RedirectAction_RedirectResponseCode.MOVED_PERMANENTLY,
  302: RedirectAction_RedirectResponseCode.FOUND,
  303: RedirectAction_RedirectResponseCode.SEE_OTHER,
  307: RedirectAction_RedirectResponseCode.TEMPORARY_REDIRECT,
  308: RedirectAction_RedirectResponseCode.PERMANENT_REDIRECT,
};

/** Of one route configuration; Envoy would take 4 KB. */
export const DIRECT_RESPONSE_BYTES_MAX = 1_048_576;

/** Routes of one VirtualService for these callers, in their order. */
export function buildResolvedRoutes({ service, routes }: DecidingRoutes, context: RouteContext): RouteInit[] {
  return routes.map(({ http, index, match }) => buildRoute(service, http, index, match, context));
}

/** The plain route to a service, for callers of a namespace, with Istio's default retries and no timeout. */
export function buildDefaultRoute(
  { world, namespace, labels: clientLabels }: Pick<RouteContext, "world" | "namespace" | "labels">,
  host: string,
  port: number,
): RouteInit {
  const hash = buildHashPolicy(world, { host, clientNamespace: namespace, clientLabels, subset: "", port });
  return {
    name: "default",
    match: { pathSpecifier: { case: "prefix", value: "/" } },
    decorator: { operation: `${host}:${port}/*`, propagate: false },
    ...(isToldPeer(world, namespace, host) ? {} : { requestHeadersToRemove: [PEER_HEADER] }),
    action: {
      case: "route",
      value: {
        clusterSpecifier: { case: "cluster", value: outboundCluster(host, port, "") },
        timeout: durationMs(0),
        maxGrpcTimeout: durationMs(0),
        ...withRetries(undefined, world.settings(), hash, false),
      },
    },
  };
}

function buildRoute(
  service: RoutingService,
  http: RouteRule,
  index: number,
  match: RouteMatch | undefined,
  context: RouteContext,
): RouteInit {
  const name = [http.name ?? "", match?.name ?? ""].filter(Boolean).join(".") || "default";
  const { namespace } = service.metadata;
  const filters = routeFilters(http);
  const only = http.route?.length === 1 ? http.route[0] : undefined;
  const common: RouteInit = {
    name,
    match: buildRouteMatch(match),
    ...(match?.statPrefix === undefined ? {} : { statPrefix: match.statPrefix }),
    // Those of a single destination stand behind the route's: what both set is the destination's.
    ...(only === undefined ? headerOperations(http.headers) : headersTo(only, namespace, context, http.headers)),
    ...(Object.keys(filters).length === 0 ? {} : { typedPerFilterConfig: filters }),
    metadata: { filterMetadata: { istio: originMetadata(placesOfRoute(service, index)) } },
  };
  if (http.redirect !== undefined)
    return { ...common, action: { case: "redirect", value: buildRedirect(http.redirect, context) } };
  if (http.directResponse !== undefined) {
    const { status, body } = http.directResponse;
    return {
      ...common,
      action: {
        case: "directResponse",
        value: {
          status,
          ...(body?.string === undefined ? {} : { body: { specifier: { case: "inlineString", value: body.string } } }),
          ...(body?.bytes === undefined
            ? {}
            : { body: { specifier: { case: "inlineBytes", value: fromBase64(body.bytes) } } }),
        },
      },
    };
  }
  const destinations = http.route ?? [];
  const [first] = destinations;
  const host =
    first === undefined ? "" : expandHost(first.destination.host, namespace, context.world.mesh.domainSuffix);
  return {
    ...common,
    decorator: {
      operation: `${host}:${first === undefined ? 0 : resolveDestinationPort(context.world, first.destination, host, context)}/*`,
      propagate: false,
    },
    action: { case: "route", value: buildAction(http, destinations, namespace, context) },
  };
}

/** Whom to name when something is asked about the route, and by whom it was delegated. */
export function originMetadata([written, root]: readonly RoutePlace[]): Record<string, string> {
  return {
    config: written?.resource ?? "",
    path: written?.path ?? "",
    ...(written?.name === undefined ? {} : { route: written.name }),
    ...(root === undefined ? {} : { root: root.resource, rootPath: root.path }),
  };
}

function buildAction(
  http: RouteRule,
  destinations: readonly RouteShare[],
  namespace: string,
  context: RouteContext,
): ActionInit {
  const cluster = (destination: RouteTarget): string => clusterOf(destination, namespace, context);
  const [only] = destinations;
  const sharing = destinations.filter(({ weight }) => (weight ?? 0) > 0);
  const specifier: ActionInit =
    destinations.length === 1 && only !== undefined
      ? { clusterSpecifier: { case: "cluster", value: cluster(only.destination) } }
      : {
          clusterSpecifier: {
            case: "weightedClusters",
            value: {
              clusters: sharing.map((each) => ({
                name: cluster(each.destination),
                weight: each.weight ?? 0,
                ...headersTo(each, namespace, context),
                ...hostRewrite(hostOf(each.headers)),
              })),
            },
          },
        };
  const share = mirrorShare(http);
  const mirrors = [
    ...(http.mirror === undefined
      ? []
      : [
          {
            destination: http.mirror,
            ...(share === undefined ? {} : { percentage: share }),
          },
        ]),
    ...(http.mirrors ?? []),
  ];
  return {
    ...specifier,
    timeout: http.timeout === undefined ? durationMs(0) : duration(http.timeout),
    maxGrpcTimeout: http.timeout === undefined ? durationMs(0) : duration(http.timeout),
    ...withRetries(
      http.retries,
      context.world.settings(),
      hashPolicies(destinations.length === 1 ? destinations : sharing, namespace, context),
      destinations.length === 1,
    ),
    ...rewrite(http, destinations.length === 1 ? only?.headers : undefined, context.world.settings().routeHeaders),
    requestMirrorPolicies: mirrors
      .filter(({ percentage }) => percentage === undefined || (percentage.value ?? 0) > 0)
      .map(
        ({ destination, percentage }): Init<typeof RouteAction_RequestMirrorPolicySchema> => ({
          cluster: cluster(destination),
          runtimeFraction: { defaultValue: buildPercent(percentage, 100) },
          traceSampled: false,
          // Applications that look at their Host know nothing of a `-shadow` behind it.
          disableShadowHostSuffixAppend: true,
          requestHeadersMutations: isTold(destination, namespace, context)
            ? [{ action: { case: "append", value: { header: { key: MIRROR_HEADER, value: "1" } } } }]
            : [{ action: { case: "remove", value: PEER_HEADER } }],
        }),
      ),
  };
}

/** What the destinations ask for, one after the other; Envoy puts them together to one hash. */
function hashPolicies(
  destinations: readonly RouteShare[],
  namespace: string,
  context: RouteContext,
): Pick<ActionInit, "hashPolicy"> {
  const policies = destinations.flatMap(({ destination }) => {
    const host = expandHost(destination.host, namespace, context.world.mesh.domainSuffix);
    const port = resolveDestinationPort(context.world, destination, host, context);
    const { world, namespace: clientNamespace, labels: clientLabels } = context;
    const { subset = "" } = destination;
    return buildHashPolicy(world, { host, clientNamespace, clientLabels, subset, port }).hashPolicy ?? [];
  });
  return policies.length === 0 ? {} : { hashPolicy: policies };
}

function isTold({ host }: RouteTarget, namespace: string, { world, namespace: caller }: RouteContext): boolean {
  return isToldPeer(world, caller, expandHost(host, namespace, world.mesh.domainSuffix));
}

/** Of a destination that a resource of `namespace` names. */
export function clusterOf(destination: RouteTarget, namespace: string, context: RouteContext): string {
  const host = expandHost(destination.host, namespace, context.world.mesh.domainSuffix);
  return outboundCluster(
    host,
    resolveDestinationPort(context.world, destination, host, context),
    destination.subset ?? "",
  );
}

function rewrite(
  { rewrite: rules, headers }: RouteRule,
  ofDestination: HeaderRules | undefined,
  { isHostForwarded }: RouteHeaders,
): ActionInit {
  const host = rules?.authority ?? hostOf(headers) ?? hostOf(ofDestination);
  const authority = {
    ...hostRewrite(host),
    ...(host !== undefined && isHostForwarded ? { appendXForwardedHost: true } : {}),
  };
  if (rules?.uriRegexRewrite !== undefined)
    return {
      ...authority,
      regexRewrite: {
        pattern: { regex: rules.uriRegexRewrite.match ?? "" },
        substitution: rules.uriRegexRewrite.rewrite ?? "",
      },
    };
  // Envoy puts it in the place of what was matched: a prefix, or the whole path.
  return rules?.uri === undefined ? authority : { ...authority, prefixRewrite: rules.uri };
}

/** The host that header rules set: Envoy writes it in its own way only. */
function hostOf(rules: HeaderRules | undefined): string | undefined {
  return Object.entries({ ...rules?.request?.add, ...rules?.request?.set }).find(([name]) => isHostHeader(name))?.[1];
}

function isHostHeader(name: string): boolean {
  return name.toLowerCase() === "host" || name.toLowerCase() === ":authority";
}

function hostRewrite(host: string | undefined) {
  return host === undefined ? {} : { hostRewriteSpecifier: { case: "hostRewriteLiteral" as const, value: host } };
}

function buildRedirect(redirect: RouteRedirect, context: RouteContext): Init<typeof RedirectActionSchema> {
  const path: Init<typeof RedirectActionSchema> =
    redirect.prefixRewrite !== undefined
      ? { pathRewriteSpecifier: { case: "prefixRewrite", value: redirect.prefixRewrite } }
      : redirect.uri === undefined
        ? {}
        : { pathRewriteSpecifier: { case: "pathRedirect", value: redirect.uri } };
  const port = redirectPort(redirect, context);
  return {
    responseCode: REDIRECT_CODES[redirect.redirectCode ?? 301] ?? RedirectAction_RedirectResponseCode.MOVED_PERMANENTLY,
    ...path,
    ...(redirect.authority === undefined ? {} : { hostRedirect: redirect.authority }),
    ...(port === undefined ? {} : { portRedirect: port }),
    ...(redirect.scheme === undefined
      ? {}
      : { schemeRewriteSpecifier: { case: "schemeRedirect" as const, value: redirect.scheme } }),
  };
}

/**
 * Where the port is named or is the request's; Envoy by itself takes the scheme's where the scheme or the host changes.
 * The scheme's own port is not written out (Istio's `ApplyRedirect`).
 */
function redirectPort({ port, derivePort, scheme }: RouteRedirect, context: RouteContext): number | undefined {
  const wanted = derivePort === "FROM_REQUEST_PORT" ? context.port : port;
  const target = scheme ?? (context.isTls === true ? "https" : "http");
  return wanted === (target === "https" ? 443 : 80) ? undefined : wanted;
}

type HeaderOperations = Pick<
  RouteInit,
  "requestHeadersToAdd" | "requestHeadersToRemove" | "responseHeadersToAdd" | "responseHeadersToRemove"
>;

/** Header rules of a destination, behind those of its route where they stand together. */
function headersTo(
  { destination, headers }: RouteShare,
  namespace: string,
  context: RouteContext,
  ofRoute?: HeaderRules,
): HeaderOperations {
  const operations = headerOperations(ofRoute, headers);
  return isTold(destination, namespace, context)
    ? operations
    : { ...operations, requestHeadersToRemove: [...(operations.requestHeadersToRemove ?? []), PEER_HEADER] };
}

/** Header rules one after the other. */
function headerOperations(...rules: readonly (HeaderRules | undefined)[]): HeaderOperations {
  const present = rules.filter((each) => each !== undefined);
  if (present.length === 0) return {};
  const headers = (values: Readonly<Record<string, string>> = {}) =>
    Object.entries(values).filter(([name]) => !isHostHeader(name));
  const options = (operations: HeaderRules["request"]): Init<typeof HeaderValueOptionSchema>[] => [
    ...headers(operations?.set).map(([key, value]) => ({
      header: { key, value },
      appendAction: HeaderValueOption_HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD,
    })),
    ...headers(operations?.add).map(([key, value]) => ({
      header: { key, value },
      appendAction: HeaderValueOption_HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD,
    })),
  ];
  return {
    requestHeadersToAdd: present.flatMap(({ request }) => options(request)),
    requestHeadersToRemove: present.flatMap(({ request }) => request?.remove ?? []),
    responseHeadersToAdd: present.flatMap(({ response }) => options(response)),
    responseHeadersToRemove: present.flatMap(({ response }) => response?.remove ?? []),
  };
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
