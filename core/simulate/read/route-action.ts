import type { Duration } from "@bufbuild/protobuf/wkt";
import { compileRegex } from "#core/schema/compile-regex.ts";
import { readDurationMs } from "#core/simulate/read/duration-ms.ts";
import { readFraction } from "#core/simulate/read/fraction.ts";
import { headerName } from "#core/simulate/read/header-matcher.ts";
import { NO_OPERATIONS, readHeaderOperations } from "#core/simulate/read/header-operations.ts";
import { openAny } from "#core/simulate/read/open-any.ts";
import { readPerFilter } from "#core/simulate/read/per-filter.ts";
import {
  type Destination,
  type ForwardAction,
  NOTHING_PER_FILTER,
  type Rewrite,
  type Route,
} from "#core/simulate/route.ts";
import {
  type DirectResponseAction,
  RouteAction_ClusterNotFoundResponseCode as NotFoundCode,
  type RedirectAction,
  RedirectAction_RedirectResponseCode as RedirectCode,
  type RetryPolicy,
  type RouteAction,
  type RouteAction_HashPolicy,
  type Route as RouteMessage,
} from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import { PreviousPrioritiesConfigSchema } from "#proto/gen/envoy/extensions/retry/priority/previous_priorities/v3/previous_priorities_config_pb.js";
import type { RegexMatchAndSubstitute } from "#proto/gen/envoy/type/matcher/v3/regex_pb.js";

const REDIRECT_STATUS = {
  [RedirectCode.MOVED_PERMANENTLY]: 301,
  [RedirectCode.FOUND]: 302,
  [RedirectCode.SEE_OTHER]: 303,
  [RedirectCode.TEMPORARY_REDIRECT]: 307,
  [RedirectCode.PERMANENT_REDIRECT]: 308,
} as const;
const NOT_FOUND_STATUS = {
  [NotFoundCode.SERVICE_UNAVAILABLE]: 503,
  [NotFoundCode.NOT_FOUND]: 404,
  [NotFoundCode.INTERNAL_SERVER_ERROR]: 500,
} as const;
/** Envoy's, where a route says nothing of it. */
const TIMEOUT_MS = 15_000;

export function readAction({ action }: RouteMessage): Route["action"] {
  switch (action.case) {
    case "route":
      return readForward(action.value);
    case "redirect":
      return readRedirect(action.value);
    case "directResponse":
      return { kind: "direct", status: action.value.status, body: readBody(action.value) };
    default:
      return { kind: "unknown", what: action.case ?? "a route without an action" };
  }
}

function readBody({ body }: DirectResponseAction): string {
  if (body?.specifier.case === "inlineBytes") return new TextDecoder().decode(body.specifier.value);
  return body?.specifier.case === "inlineString" ? body.specifier.value : "";
}

function readForward(action: RouteAction): ForwardAction {
  const destinations = readDestinations(action);
  return {
    kind: "forward",
    destinations,
    weights: destinations.map(({ weight }) => weight),
    clusterHeader:
      action.clusterSpecifier.case === "clusterHeader" ? headerName(action.clusterSpecifier.value) : undefined,
    hashes: action.hashPolicy.map(describeHash),
    notFoundStatus: NOT_FOUND_STATUS[action.clusterNotFoundResponseCode],
    rewrite: { path: rewritePath(action.prefixRewrite, action.regexRewrite), host: rewriteHost(action) },
    timeoutMs: millisOf(action.timeout) ?? TIMEOUT_MS,
    perTryTimeoutMs: millisOf(action.retryPolicy?.perTryTimeout) ?? 0,
    grpcTimeoutMsMax: millisOf(action.maxGrpcTimeout),
    retries: readRetries(action.retryPolicy),
    mirrors: action.requestMirrorPolicies.map(({ cluster, runtimeFraction }) => ({
      cluster,
      ...readFraction(runtimeFraction?.defaultValue, { parts: 100, of: 100 }),
    })),
  };
}

function millisOf(duration: Duration | undefined): number | undefined {
  return duration === undefined ? undefined : readDurationMs(duration);
}

function readDestinations({ clusterSpecifier: wanted }: RouteAction): Destination[] {
  if (wanted.case === "weightedClusters")
    return wanted.value.clusters.map((each) => ({
      cluster: each.name,
      weight: each.weight ?? 0,
      request: readHeaderOperations(each.requestHeadersToAdd, each.requestHeadersToRemove),
      response: readHeaderOperations(each.responseHeadersToAdd, each.responseHeadersToRemove),
      perFilter: readPerFilter(each.typedPerFilterConfig),
      host: each.hostRewriteSpecifier.case === "hostRewriteLiteral" ? each.hostRewriteSpecifier.value : undefined,
    }));
  return [
    {
      cluster: wanted.case === "cluster" ? wanted.value : "",
      weight: 1,
      request: NO_OPERATIONS,
      response: NO_OPERATIONS,
      perFilter: NOTHING_PER_FILTER,
      host: undefined,
    },
  ];
}

function describeHash({ policySpecifier: wanted }: RouteAction_HashPolicy): string {
  switch (wanted.case) {
    case "header":
      return `header ${wanted.value.headerName}`;
    case "cookie":
      return `cookie ${wanted.value.name}`;
    case "queryParameter":
      return `query parameter ${wanted.value.name}`;
    case "connectionProperties":
      return "source address";
    default:
      return wanted.case ?? "nothing";
  }
}

function readRetries(policy: RetryPolicy | undefined): ForwardAction["retries"] {
  if (policy === undefined || policy.retryOn === "") return undefined;
  return {
    on: policy.retryOn,
    conditions: new Set(policy.retryOn.split(",").map((word) => word.trim())),
    codes: policy.retriableStatusCodes,
    redraws: policy.retryHostPredicate.length === 0 ? 0 : Number(policy.hostSelectionRetryMaxAttempts || 1n),
    attempts: policy.numRetries ?? 1,
    leavesPriorityAfter: readPriorities(policy),
  };
}

function readPriorities({ retryPriority }: RetryPolicy): number {
  const config = retryPriority?.configType;
  const any = config?.case === "typedConfig" ? config.value : undefined;
  return openAny(PreviousPrioritiesConfigSchema, any)?.updateFrequency ?? 0;
}

/** What was matched of the path is replaced; or all that a pattern finds in it. */
function rewritePath(prefix: string, regex: RegexMatchAndSubstitute | undefined): Rewrite["path"] {
  if (prefix !== "") return (path, matched) => prefix + path.slice(matched);
  const replace = regex === undefined ? undefined : readSubstitution(regex);
  return replace === undefined ? undefined : (path) => replace(path);
}

/** RE2's GlobalReplace: `\\1` is a group, `\\\\` a backslash; nothing is put where nothing was found behind the last one. */
function readSubstitution({ pattern, substitution }: RegexMatchAndSubstitute): ((text: string) => string) | undefined {
  try {
    const compiled = compileRegex(pattern?.regex ?? "");
    const parts = substitution.split(/(\\[\d\\])/).map((part): string | number => {
      if (!/^\\[\d\\]$/.test(part)) return part;
      return part === "\\\\" ? "\\" : Number(part.slice(1));
    });
    return (text) => {
      const matcher = compiled.matcher(text);
      let made = "";
      let last = -1;
      while (matcher.find()) {
        const [start, end] = [matcher.start(), matcher.end()];
        if (start === end && start === last) continue;
        made += text.slice(Math.max(last, 0), start);
        for (const part of parts) made += typeof part === "string" ? part : (matcher.group(part) ?? "");
        last = end;
      }
      return made + text.slice(Math.max(last, 0));
    };
  } catch {
    return undefined;
  }
}

function rewriteHost({ hostRewriteSpecifier: wanted }: RouteAction): Rewrite["host"] {
  switch (wanted.case) {
    case "hostRewriteLiteral":
      return wanted.value === "" ? undefined : () => wanted.value;
    case "hostRewriteHeader": {
      const name = headerName(wanted.value);
      return (headers) => headers.get(name);
    }
    case "hostRewritePathRegex": {
      const replace = readSubstitution(wanted.value);
      return replace === undefined ? undefined : (_, pathOnly) => replace(pathOnly);
    }
    default:
      return undefined;
  }
}

function readRedirect(action: RedirectAction): Route["action"] {
  const path = action.pathRewriteSpecifier;
  const scheme = action.schemeRewriteSpecifier;
  return {
    kind: "redirect",
    status: REDIRECT_STATUS[action.responseCode],
    scheme:
      scheme.case === "schemeRedirect" && scheme.value !== ""
        ? scheme.value
        : scheme.case === "httpsRedirect" && scheme.value
          ? "https"
          : undefined,
    host: action.hostRedirect === "" ? undefined : action.hostRedirect,
    port: action.portRedirect === 0 ? undefined : action.portRedirect,
    path: path.case === "pathRedirect" && path.value !== "" ? path.value : undefined,
    stripsQuery: action.stripQuery,
    rewrite: {
      path: rewritePath(
        path.case === "prefixRewrite" ? path.value : "",
        path.case === "regexRewrite" ? path.value : undefined,
      ),
      host: undefined,
    },
  };
}
