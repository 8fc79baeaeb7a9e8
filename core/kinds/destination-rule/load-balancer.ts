import type { Infer } from "#core/schema/field.ts";
import {
  boolean,
  described,
  explicit,
  integer,
  message,
  number,
  oneOf,
  refused,
  required,
  string,
} from "#core/schema/make-field.ts";

const NO_LOCALITY = "load balancing does not know localities yet";

const CONSISTENT_HASH = message(
  {
    httpHeaderName: explicit(string("header-name")),
    httpCookie: message({
      name: required(string("header-text")),
      path: string("header-text"),
      ttl: string("duration-or-zero"),
      attributes: refused("only name, path and ttl of the cookie are"),
    }),
    useSourceIp: explicit(boolean()),
    httpQueryParameterName: explicit(string("header-text")),
    ringHash: message({ minimumRingSize: integer(0, 8_388_608) }),
    maglev: message({ tableSize: integer(1, 5_000_011) }),
    minimumRingSize: refused("deprecated in Istio; use ringHash.minimumRingSize"),
  },
  // The key, too, is one of several: the validation of the whole says so.
  { atMostOneOf: ["ringHash", "maglev"] },
);

export const LOAD_BALANCER = message(
  {
    simple: described(
      oneOf(["UNSPECIFIED", "LEAST_CONN", "RANDOM", "ROUND_ROBIN", "LEAST_REQUEST"], {
        PASSTHROUGH: "where a caller meant to connect to is known only when traffic is captured",
      }),
      { doc: "How an instance is chosen for each request", default: "LEAST_REQUEST" },
    ),
    consistentHash: CONSISTENT_HASH,
    warmup: message({
      duration: required(string("duration")),
      minimumPercent: described(explicit(number(0, 100)), { unit: "percent" }),
      aggression: explicit(number(0, 1e9)),
    }),
    warmupDurationSecs: refused("deprecated in Istio; use warmup.duration"),
    localityLbSetting: refused(NO_LOCALITY),
    zoneAwareLbSetting: refused(NO_LOCALITY),
    backendUtilization: refused("load reports from backends are not collected"),
  },
  { atMostOneOf: ["simple", "consistentHash"] },
);
export type LoadBalancer = Infer<typeof LOAD_BALANCER>;
