import { LOCALITY_LB, ZONE_AWARE_LB } from "#core/kinds/destination-rule/locality.ts";
import type { Infer } from "#core/schema/field.ts";
import {
  becomes,
  boolean,
  described,
  explicit,
  integer,
  list,
  message,
  number,
  oneOf,
  required,
  string,
  uint32,
} from "#core/schema/make-field.ts";

const COOKIE_ATTRIBUTE = "RouteAction.HashPolicy.Cookie.attributes";
const CONSISTENT_HASH = message(
  {
    httpHeaderName: becomes("RouteAction.HashPolicy.Header.header_name", explicit(string("header-name"))),
    httpCookie: message({
      name: becomes("RouteAction.HashPolicy.Cookie.name", required(string("header-text"))),
      path: becomes("RouteAction.HashPolicy.Cookie.path", string("header-text")),
      ttl: becomes("RouteAction.HashPolicy.Cookie.ttl", string("duration-or-zero")),
      attributes: described(
        list(
          message({
            name: becomes(COOKIE_ATTRIBUTE, required(string("header-text"))),
            value: becomes(COOKIE_ATTRIBUTE, string("header-text")),
          }),
        ),
        { envoy: COOKIE_ATTRIBUTE, doc: "What the cookie says besides where it is made: Secure, SameSite" },
      ),
    }),
    useSourceIp: becomes(
      "RouteAction.HashPolicy.ConnectionProperties.source_ip, TcpProxy.hash_policy",
      explicit(boolean()),
    ),
    httpQueryParameterName: becomes("RouteAction.HashPolicy.QueryParameter.name", explicit(string("header-text"))),
    ringHash: message({
      minimumRingSize: becomes("Cluster.RingHashLbConfig.minimum_ring_size", integer(0, 8_388_608)),
    }),
    maglev: message({ tableSize: becomes("Cluster.MaglevLbConfig.table_size", integer(1, 5_000_011)) }),
    minimumRingSize: described(integer(0, 8_388_608), {
      envoy: "Cluster.RingHashLbConfig.minimum_ring_size",
      doc: "As ringHash.minimumRingSize, which is newer",
    }),
  },
  // The key, too, is one of several: the validation of the whole says so.
  { atMostOneOf: ["ringHash", "maglev"] },
);

const WEIGHTED = "ClientSideWeightedRoundRobin";
/** By what instances say of themselves in the header `endpoint-load-metrics` of their answers (ORCA). */
const BACKEND_UTILIZATION = message({
  metricNamesForComputingUtilization: described(list(string("header-text")), {
    envoy: `${WEIGHTED}.metric_names_for_computing_utilization`,
    doc: "What they say of themselves that counts, such as named_metrics.queue; without it application_utilization, or cpu_utilization",
  }),
  errorUtilizationPenaltyPercent: described(explicit(uint32()), {
    envoy: `${WEIGHTED}.error_utilization_penalty`,
    unit: "percent",
    default: 100,
    doc: "How much requests that fail count as load",
  }),
  weightUpdatePeriod: described(string("duration"), { envoy: `${WEIGHTED}.weight_update_period`, default: "1s" }),
  weightStabilizationPeriod: described(string("duration"), {
    envoy: `${WEIGHTED}.blackout_period`,
    default: "10s",
    doc: "How long an instance tells its load before it counts",
  }),
  weightExpirationPeriod: described(string("duration"), {
    envoy: `${WEIGHTED}.weight_expiration_period`,
    default: "180s",
    doc: "How long it counts when nothing more is told",
  }),
});
export type BackendUtilization = Infer<typeof BACKEND_UTILIZATION>;

export const LOAD_BALANCER = message(
  {
    simple: described(
      oneOf(["UNSPECIFIED", "LEAST_CONN", "RANDOM", "ROUND_ROBIN", "LEAST_REQUEST"], {
        PASSTHROUGH:
          "where a caller meant to connect to is known only when traffic is captured: give the ServiceEntry the resolution NONE",
      }),
      { envoy: "Cluster.lb_policy", doc: "How an instance is chosen for each request", default: "LEAST_REQUEST" },
    ),
    consistentHash: CONSISTENT_HASH,
    warmup: message({
      duration: becomes("Cluster.SlowStartConfig.slow_start_window", required(string("duration"))),
      minimumPercent: described(explicit(number(0, 100)), {
        envoy: "Cluster.SlowStartConfig.min_weight_percent",
        unit: "percent",
      }),
      aggression: becomes("Cluster.SlowStartConfig.aggression", explicit(number(0, 1e9))),
    }),
    warmupDurationSecs: described(string("duration"), {
      envoy: "Cluster.SlowStartConfig.slow_start_window",
      doc: "As warmup.duration, which is newer and wins",
    }),
    localityLbSetting: described(LOCALITY_LB, {
      doc: "Which endpoints are preferred by where they and the caller are; instead of what the MeshConfig says",
    }),
    zoneAwareLbSetting: described(ZONE_AWARE_LB, {
      doc: "Callers keep to their own zone as far as it is large enough for all of them; instead of localityLbSetting, and of what the MeshConfig says",
      note: "How many call from where is known by who is registered for the caller's service",
    }),
    backendUtilization: described(BACKEND_UTILIZATION, {
      envoy: "Cluster.load_balancing_policy",
      doc: "Those get more who are less busy, by what they say in their answers; all alike as long as they say nothing",
    }),
  },
  { atMostOneOf: ["simple", "consistentHash", "backendUtilization"] },
);
export type LoadBalancer = Infer<typeof LOAD_BALANCER>;
