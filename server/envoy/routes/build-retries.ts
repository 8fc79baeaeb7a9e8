import type { ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import type { RouteRetries } from "#core/resolve/route-rule.ts";
import type { RetryPolicySchema, RouteActionSchema } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import { PreviousHostsPredicateSchema } from "#proto/gen/envoy/extensions/retry/host/previous_hosts/v3/previous_hosts_pb.js";
import { PreviousPrioritiesConfigSchema } from "#proto/gen/envoy/extensions/retry/priority/previous_priorities/v3/previous_priorities_config_pb.js";
import { duration, durationMs, type Init, typed } from "#server/envoy/pack.ts";

type ActionInit = Init<typeof RouteActionSchema>;

const DEFAULT_ATTEMPTS = 2;
/**
 * At once, to another instance: while a proxy waits it has nobody to hand the rest of an upload to. Doubled for each
 * attempt, and a random part of it.
 */
const RETRY_BACKOFF = { baseInterval: durationMs(1), maxInterval: durationMs(25) };
/** So much of a request is kept for another attempt. Larger ones get none once this much has been sent. */
export const REQUEST_BUFFER_BYTES = 1_048_576n;
/** Nothing that a server may have worked on: no 503 of its own (Istio's `EXCLUDE_UNSAFE_503_FROM_DEFAULT_RETRY`). */
const DEFAULT_RETRY_ON = "connect-failure,refused-stream,unavailable,cancelled";

type Hash = Pick<ActionInit, "hashPolicy">;

/** The mesh's when a route says nothing, or else Istio's; without attempts there are none. */
export function withRetries(
  own: RouteRetries | undefined,
  mesh: Pick<ProxySettings, "retries">,
  hash: Hash,
  hasOneDestination: boolean,
): Hash & Pick<ActionInit, "retryPolicy"> {
  const retries = own ?? mesh.retries;
  if (retries !== undefined && (retries.attempts ?? 0) === 0) return hash;
  const words = (retries?.retryOn ?? DEFAULT_RETRY_ON).split(",").map((word) => word.trim());
  const codes = words.filter((word) => /^\d+$/.test(word)).map(Number);
  const conditions = words.filter((word) => !/^\d+$/.test(word));
  if (codes.length > 0 && !conditions.includes("retriable-status-codes")) conditions.push("retriable-status-codes");
  // A hash leads to the same host again, unless that is asked for otherwise.
  const avoidsPrevious = retries?.retryIgnorePreviousHosts ?? !(hasOneDestination && hash.hashPolicy !== undefined);
  return {
    ...hash,
    retryPolicy: {
      ...(avoidsPrevious ? PREVIOUS_HOSTS : {}),
      retryOn: conditions.join(","),
      retriableStatusCodes: codes,
      numRetries: retries?.attempts ?? DEFAULT_ATTEMPTS,
      ...(retries?.retryRemoteLocalities === true ? { retryPriority: PREVIOUS_PRIORITIES } : {}),
      ...(retries?.perTryTimeout === undefined ? {} : { perTryTimeout: duration(retries.perTryTimeout) }),
      retryBackOff: retries?.backoff === undefined ? RETRY_BACKOFF : { baseInterval: duration(retries.backoff) },
    },
  };
}

/** As often as in Istio. */
const ATTEMPTS_OF_A_PRIORITY = 2;
/** Of requests to an application: a connection that it closed while one was on its way has not seen it. */
export function inboundRetries(asked: ProxySettings["inboundRetries"]): Pick<ActionInit, "retryPolicy"> {
  const { attempts = 2, retryOn = "reset-before-request", backoff } = asked ?? {};
  if (attempts === 0) return {};
  const words = retryOn.split(",").map((word) => word.trim());
  const codes = words.filter((word) => /^\d+$/.test(word)).map(Number);
  const conditions = words.filter((word) => !/^\d+$/.test(word));
  if (codes.length > 0 && !conditions.includes("retriable-status-codes")) conditions.push("retriable-status-codes");
  return {
    retryPolicy: {
      retryOn: conditions.join(","),
      ...(codes.length === 0 ? {} : { retriableStatusCodes: codes }),
      numRetries: attempts,
      ...(backoff === undefined ? {} : { retryBackOff: { baseInterval: duration(backoff) } }),
    },
  };
}

const PREVIOUS_PRIORITIES = typed("envoy.retry_priorities.previous_priorities", PreviousPrioritiesConfigSchema, {
  updateFrequency: ATTEMPTS_OF_A_PRIORITY,
});

const PREVIOUS_HOSTS: Init<typeof RetryPolicySchema> = {
  retryHostPredicate: [typed("envoy.retry_host_predicates.previous_hosts", PreviousHostsPredicateSchema, {})],
  hostSelectionRetryMaxAttempts: 5n,
};
