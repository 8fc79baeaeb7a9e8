// What rules ask of the connections to a service, in the words of their schema: docs/adr/0035-rules-in-istios-words.md.
import type {
  TcpKeepalive as WrittenKeepalive,
  ConnectionPool as WrittenPool,
} from "#core/kinds/destination-rule/connection-pool.ts";
import type {
  LoadBalancer as WrittenBalancer,
  BackendUtilization as WrittenUtilization,
} from "#core/kinds/destination-rule/load-balancer.ts";
import type {
  RetryBudget as WrittenBudget,
  OutlierDetection as WrittenDetection,
  TrafficPolicy as WrittenPolicy,
  TrafficSettings as WrittenSettings,
  ClientTls as WrittenTls,
} from "#core/kinds/destination-rule/traffic-policy.ts";

/** Of one port of one subset. */
export type TrafficSettings = WrittenSettings & Pick<WrittenPolicy, "proxyProtocol" | "retryBudget" | "tunnel">;
export type RetryBudget = WrittenBudget;
export type LoadBalancer = WrittenBalancer;
export type BackendUtilization = WrittenUtilization;
export type ConsistentHash = NonNullable<WrittenBalancer["consistentHash"]>;
export type ConnectionPool = WrittenPool;
export type TcpKeepalive = WrittenKeepalive;
export type OutlierDetection = WrittenDetection;
export type ClientTls = WrittenTls;

/** The least number of entries of a ring; undefined where nobody says. */
export function ringSizeOf({ ringHash, minimumRingSize }: ConsistentHash): number | undefined {
  return ringHash?.minimumRingSize ?? minimumRingSize;
}
