import { create, toBinary } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { AGENT_CLUSTERS } from "#core/agent-clusters.ts";
import { isCostedLate } from "#core/rate-limit/final-cost.ts";
import { REFUSAL_STATUS } from "#core/refusal-status.ts";
import type { LimitingRule } from "#core/resolve/rate-limits.ts";
import { TOLD_COST_MAX } from "#core/whole-units.ts";
import {
  ANSWER_METADATA,
  ENDED_ENTRIES,
  ENTRY_MARK,
  HEADER_ENTRY,
  LIMIT_ENTRIES,
  LIMITS_DOMAIN,
  LIMITS_METADATA,
} from "#core/xds/limits-metadata.ts";
import { TOKEN_FILTER, TOKEN_PAYLOAD } from "#core/xds/token-metadata.ts";
import type { MetadataSchema } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import { ApiVersion } from "#proto/gen/envoy/config/core/v3/config_source_pb.js";
import {
  type RateLimitConfig_ActionSchema,
  type RateLimitConfigSchema,
  RateLimitPerRouteSchema,
  RateLimitSchema,
} from "#proto/gen/envoy/extensions/filters/http/ratelimit/v3/rate_limit_pb.js";
import {
  LimitRule_Alone,
  LimitRule_Missing,
  LimitRule_Unit,
  type LimitRuleSchema,
  LimitSetSchema,
} from "#proto/gen/pharos/limits/v1/limits_pb.js";
import { buildMatch } from "#server/envoy/features/build-rbac.ts";
import type { HttpGuard } from "#server/envoy/features/guard.ts";
import type { HttpFilter } from "#server/envoy/features/http-filter.ts";
import { limitedAttributes } from "#server/envoy/features/limited-attributes.ts";
import { durationMs, type Init, pack, typed } from "#server/envoy/pack.ts";

/** All that a response may cost has fewer. */
const TOLD_DIGITS = String(TOLD_COST_MAX).length;

/** In Envoy 1.40 these are the messages of routes, of which the library's stand in the same fields on the wire. */
type ActionInit = Init<typeof RateLimitConfig_ActionSchema>;

/** An agent that asks the owner of a key has its answer by then, or has decided without. */
const TIMEOUT_MS = 2500;
/** Of what is sent of a request, by Envoy's words for it. */
const FORMATS = {
  peer: "%DOWNSTREAM_PEER_URI_SAN%",
  remote: "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%",
  client: "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
  local: "%DOWNSTREAM_LOCAL_ADDRESS%",
  serverName: "%REQUESTED_SERVER_NAME%",
  claims: `%DYNAMIC_METADATA(${TOKEN_FILTER}:${TOKEN_PAYLOAD})%`,
} as const;

/** One that goes on without its agent, and one that refuses then: what a rule wants cannot be said with a route. */
const LENIENT = "envoy.filters.http.ratelimit";
const STRICT = "envoy.filters.http.ratelimit.strict";
export const rateLimits: readonly HttpFilter[] = [rateLimit(LENIENT, false), rateLimit(STRICT, true)];

/** Asks the agent beside the proxy, which knows the rules by the metadata of the route configuration (docs/adr/0045-limits.md). */
function rateLimit(name: string, isStrict: boolean): HttpFilter {
  const filter = typed(name, RateLimitSchema, {
    domain: LIMITS_DOMAIN,
    timeout: durationMs(TIMEOUT_MS),
    failureModeDeny: isStrict,
    rateLimitedAsResourceExhausted: true,
    rateLimitService: {
      grpcService: { targetSpecifier: { case: "envoyGrpc", value: { clusterName: AGENT_CLUSTERS.limits } } },
      transportApiVersion: ApiVersion.V3,
    },
  });
  return {
    name,
    phase: "limits",
    inListener: (direction) => (direction === "outbound" ? undefined : { ...filter, disabled: true }),
    onRoutes(guard) {
      return isStrict === isDenying(guard.limits) ? asking(guard) : undefined;
    },
  };
}

/** How the agent is asked; undefined where nothing is counted. */
function asking(guard: HttpGuard): Any | undefined {
  if (guard.limits.length === 0) return undefined;
  return pack(RateLimitPerRouteSchema, {
    domain: LIMITS_DOMAIN,
    rateLimits: [{ actions: actionsOf(guard.limits, encodeSet(guard).set) }, ...endsOf(guard.limits)],
  });
}

/** The same for a route that has others than its whole configuration: of both filters, for that one may have switched on the other. */
export function limitFilters(limits: HttpGuard["limits"], guard: HttpGuard): Record<string, Any> {
  const own = asking({ ...guard, limits });
  const [used, other] = isDenying(limits) ? [STRICT, LENIENT] : [LENIENT, STRICT];
  const isOtherUsed = guard.limits.length > 0 && isDenying(guard.limits) !== isDenying(limits);
  return {
    ...(own === undefined ? {} : { [used]: own }),
    ...(isOtherUsed ? { [other]: pack(RateLimitPerRouteSchema, { domain: LIMITS_DOMAIN }) } : {}),
  };
}

/** By which the agent knows the rules, of the configuration and of its routes by set; undefined where there are none. */
export function limitsMetadata(
  guard: HttpGuard,
  ofRoutes: readonly HttpGuard["limits"][],
): Init<typeof MetadataSchema> | undefined {
  const encode = (limits: HttpGuard["limits"]) => {
    const { set, rules } = encodeSet({ ...guard, limits });
    return { set, rules: rules.toString("base64") };
  };
  const others = ofRoutes.filter((limits) => limits.length > guard.limits.length).map(encode);
  if (guard.limits.length === 0 && others.length === 0) return undefined;
  const own = guard.limits.length === 0 ? {} : encode(guard.limits);
  const routes = Object.fromEntries(others.map(({ set, rules }) => [set, rules]));
  return { filterMetadata: { [LIMITS_METADATA]: { ...own, ...(others.length === 0 ? {} : { ofRoutes: routes }) } } };
}

const isDenying = (limits: readonly LimitingRule[]): boolean =>
  limits.some(({ whenUncoordinated, isShadow }) => whenUncoordinated === "Deny" && !isShadow);

function actionsOf(limits: readonly LimitingRule[], set: string): ActionInit[] {
  const { headers, entries } = limitedAttributes(limits);
  return [
    literal(LIMIT_ENTRIES.set, set),
    ...headers.map(
      (headerName): ActionInit => ({
        actionSpecifier: {
          case: "requestHeaders",
          value: { headerName, descriptorKey: `${HEADER_ENTRY}${headerName}`, skipIfAbsent: true },
        },
      }),
    ),
    ...entries.flatMap((entry) =>
      entry === "set" ? [] : literal(LIMIT_ENTRIES[entry], `${ENTRY_MARK}${FORMATS[entry]}`),
    ),
  ];
}

/** What the agent is told when a response has ended: of requests alone that it gave an id, for the id of others is nothing. */
function endsOf(limits: readonly LimitingRule[]): Init<typeof RateLimitConfigSchema>[] {
  if (!limits.some(isCostedLate)) return [];
  const id = literal(ENDED_ENTRIES.id, `%DYNAMIC_METADATA(${ANSWER_METADATA.filter}:${ANSWER_METADATA.id})%`);
  const headers = new Set(limits.flatMap(({ cost }) => cost.responseHeader ?? []));
  return [
    {
      applyOnStreamDone: true,
      actions: [
        id,
        literal(ENDED_ENTRIES.status, "%RESPONSE_CODE%"),
        literal(ENDED_ENTRIES.received, "%BYTES_RECEIVED%"),
        literal(ENDED_ENTRIES.sent, "%BYTES_SENT%"),
      ],
    },
    ...[...headers].sort().map((name) => ({
      applyOnStreamDone: true,
      // A number of more than 10^9 Envoy leaves out, with all that is told: of more digits the first are as much as one may cost.
      hitsAddend: { format: `%RESP(${name}):${TOLD_DIGITS}%` },
      actions: [id, literal(ENDED_ENTRIES.header, name)],
    })),
  ];
}

const literal = (descriptorKey: string, descriptorValue: string): ActionInit => ({
  actionSpecifier: { case: "genericKey", value: { descriptorKey, descriptorValue } },
});

function encodeSet(guard: HttpGuard): { readonly set: string; readonly rules: Buffer } {
  const trusted = guard.trustsForwardedFor;
  const message = create(LimitSetSchema, {
    rules: guard.limits.map((rule) => encodeRule(rule, guard)),
    trustsEverybody: trusted === "everybody",
    trustedPeers: trusted === "everybody" ? [] : [...trusted],
  });
  const rules = Buffer.from(toBinary(LimitSetSchema, message));
  return { set: fingerprint(rules), rules };
}

/** FNV-1a from two beginnings: by it a proxy's own few sets are told apart, before and after an edit. */
function fingerprint(bytes: Uint8Array): string {
  const lanes = [0x811c9dc5, 0x9e3779b9];
  for (const byte of bytes) for (const lane of [0, 1]) lanes[lane] = Math.imul((lanes[lane] ?? 0) ^ byte, 0x01000193);
  return lanes.map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join("");
}

const ALONE = {
  Share: LimitRule_Alone.SHARE,
  Allow: LimitRule_Alone.ALLOW,
  Deny: LimitRule_Alone.DENY,
};
const UNITS = {
  Requests: LimitRule_Unit.REQUESTS,
  Bytes: LimitRule_Unit.BYTES,
  Concurrent: LimitRule_Unit.CONCURRENT,
};
const MISSING = { Share: LimitRule_Missing.SHARE, Skip: LimitRule_Missing.SKIP, Deny: LimitRule_Missing.DENY };

function encodeRule(rule: LimitingRule, guard: HttpGuard): Init<typeof LimitRuleSchema> {
  const { namespace, limit, cost } = rule;
  return {
    policy: rule.policy,
    name: rule.name,
    index: rule.index,
    place: rule.place === "spec" ? "" : rule.place,
    isShadow: rule.isShadow,
    enforcePercent: rule.enforcePercent,
    isPerInstance: rule.isPerInstance,
    ...(rule.match === undefined ? {} : { match: buildMatch(rule.match, namespace, guard, "match") }),
    ...(rule.exempt === undefined ? {} : { exempt: buildMatch(rule.exempt, namespace, guard, "none") }),
    key: rule.key.map(({ attribute, prefixLength, templates, ranges, regex = "" }) => ({
      ...{ attribute, templates: [...templates], ranges: [...ranges], regex },
      ...(prefixLength === undefined ? {} : { prefixLength }),
    })),
    missing: MISSING[rule.missing],
    keysMax: rule.keysMax,
    amount: limit.amount,
    perMs: limit.perMs,
    burst: limit.burst ?? 0,
    unit: UNITS[rule.unit],
    refunds: rule.refunds.map(({ from, to }) => ({ from, to })),
    cost: {
      ...{ request: cost.request, most: cost.most },
      ...{ requestHeader: cost.requestHeader ?? "", responseHeader: cost.responseHeader ?? "" },
    },
    reserves: rule.reserves.map(({ name, percent, match }) => ({
      name,
      percent,
      ...(match === undefined ? {} : { match: buildMatch(match, namespace, guard, "none") }),
    })),
    whenAlone: ALONE[rule.whenUncoordinated],
    sendsStandardHeaders: rule.sendsStandardHeaders,
    sendsXHeaders: rule.sendsXHeaders,
    refusedStatus: rule.refusedStatus === REFUSAL_STATUS ? 0 : rule.refusedStatus,
    refusedBody: rule.refusedBody,
    refusedHeaders: Object.fromEntries(rule.refusedHeaders),
    ...(rule.within === undefined ? {} : { within: buildMatch(rule.within, namespace, guard, "match") }),
    ...(rule.without === undefined ? {} : { without: buildMatch(rule.without, namespace, guard, "none") }),
    ...(limit.ledger === undefined
      ? {}
      : {
          quota: {
            period: rule.period ?? "",
            isOpen: limit.ledger.isOpen,
            ...(typeof rule.over === "string" ? {} : { throttle: rule.over.throttle }),
          },
        }),
  };
}
