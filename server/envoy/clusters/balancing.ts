import { type BackendUtilization, type LoadBalancer, ringSizeOf } from "#core/resolve/traffic-settings.ts";
import { Cluster_LbPolicy, type ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { ClientSideWeightedRoundRobinSchema } from "#proto/gen/envoy/extensions/load_balancing_policies/client_side_weighted_round_robin/v3/client_side_weighted_round_robin_pb.js";
import { duration, type Init, typed } from "#server/envoy/pack.ts";

type ClusterInit = Init<typeof ClusterSchema>;

const LB_POLICY = {
  UNSPECIFIED: Cluster_LbPolicy.LEAST_REQUEST,
  LEAST_CONN: Cluster_LbPolicy.LEAST_REQUEST,
  LEAST_REQUEST: Cluster_LbPolicy.LEAST_REQUEST,
  ROUND_ROBIN: Cluster_LbPolicy.ROUND_ROBIN,
  RANDOM: Cluster_LbPolicy.RANDOM,
} as const;

/** How an endpoint of a cluster is chosen. */
export function balancing(loadBalancer: LoadBalancer | undefined): ClusterInit {
  const hash = loadBalancer?.consistentHash;
  if (loadBalancer?.backendUtilization !== undefined) return byUtilization(loadBalancer.backendUtilization);
  if (hash?.maglev !== undefined) {
    return {
      lbPolicy: Cluster_LbPolicy.MAGLEV,
      lbConfig: {
        case: "maglevLbConfig",
        value: hash.maglev.tableSize === undefined ? {} : { tableSize: BigInt(hash.maglev.tableSize) },
      },
    };
  }
  if (hash !== undefined)
    return {
      lbPolicy: Cluster_LbPolicy.RING_HASH,
      lbConfig: {
        case: "ringHashLbConfig",
        value: { minimumRingSize: BigInt(ringSizeOf(hash) ?? 1024) },
      },
    };
  const lbPolicy = LB_POLICY[loadBalancer?.simple ?? "UNSPECIFIED"];
  const since = loadBalancer?.warmupDurationSecs;
  const warmup = loadBalancer?.warmup ?? (since === undefined ? undefined : { duration: since });
  if (warmup === undefined) return { lbPolicy };
  const slowStartConfig = {
    slowStartWindow: duration(warmup.duration),
    ...(warmup.minimumPercent === undefined ? {} : { minWeightPercent: { value: warmup.minimumPercent } }),
    ...(warmup.aggression === undefined
      ? {}
      : { aggression: { defaultValue: warmup.aggression, runtimeKey: "pharos.warmup.aggression" } }),
  };
  if (lbPolicy === Cluster_LbPolicy.ROUND_ROBIN)
    return { lbPolicy, lbConfig: { case: "roundRobinLbConfig", value: { slowStartConfig } } };
  return {
    lbPolicy: Cluster_LbPolicy.LEAST_REQUEST,
    lbConfig: { case: "leastRequestLbConfig", value: { slowStartConfig } },
  };
}

/** By what instances say of their load in their answers. */
function byUtilization(settings: BackendUtilization): ClusterInit {
  const { errorUtilizationPenaltyPercent: penalty } = settings;
  const { name, configType } = typed(
    "envoy.load_balancing_policies.client_side_weighted_round_robin",
    ClientSideWeightedRoundRobinSchema,
    {
      ...(settings.weightUpdatePeriod === undefined
        ? {}
        : { weightUpdatePeriod: duration(settings.weightUpdatePeriod) }),
      ...(settings.weightStabilizationPeriod === undefined
        ? {}
        : { blackoutPeriod: duration(settings.weightStabilizationPeriod) }),
      ...(settings.weightExpirationPeriod === undefined
        ? {}
        : { weightExpirationPeriod: duration(settings.weightExpirationPeriod) }),
      ...(penalty === undefined ? {} : { errorUtilizationPenalty: penalty / 100 }),
      metricNamesForComputingUtilization: [...(settings.metricNamesForComputingUtilization ?? [])],
    },
  );
  return {
    loadBalancingPolicy: { policies: [{ typedExtensionConfig: { name, typedConfig: configType.value } }] },
  };
}
