import { create } from "@bufbuild/protobuf";
import type { ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import type { Endpoint } from "#core/model/endpoint.ts";
import { parseLocality } from "#core/model/locality.ts";
import {
  type Caller,
  type EndpointGroup,
  groupEndpoints,
  localityRule,
  weighsLocalities,
} from "#core/resolve/locality-load.ts";
import type { TrafficSettings } from "#core/resolve/traffic-settings.ts";
import { isSocketPath } from "#core/schema/ip-address.ts";
import type { AddressSchema } from "#proto/gen/envoy/config/core/v3/address_pb.js";
import { HealthStatus } from "#proto/gen/envoy/config/core/v3/health_check_pb.js";
import type {
  LbEndpointSchema,
  LocalityLbEndpointsSchema,
} from "#proto/gen/envoy/config/endpoint/v3/endpoint_components_pb.js";
import {
  type ClusterLoadAssignment,
  ClusterLoadAssignmentSchema,
} from "#proto/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import type { Init } from "#server/envoy/pack.ts";

function buildAddress(address: string, port: number): Init<typeof AddressSchema> {
  if (isSocketPath(address)) return { address: { case: "pipe", value: { path: address.slice("unix://".length) } } };
  return { address: { case: "socketAddress", value: { address, portSpecifier: { case: "portValue", value: port } } } };
}

const WEIGHT_SUM_MAX = 4_294_967_295;

const STATUS = {
  healthy: HealthStatus.HEALTHY,
  unhealthy: HealthStatus.UNHEALTHY,
  draining: HealthStatus.DRAINING,
} as const;

/** What of a cluster says how its endpoints are ordered. */
interface Assigned {
  readonly name: string;
  readonly policy: TrafficSettings;
  readonly settings: ProxySettings;
}

/** Endpoints under a cluster's name, in the order in which `caller` uses them. Those that drain or are unwell stay known and are not chosen. */
export function buildLoadAssignment(
  { name, policy, settings }: Assigned,
  endpoints: readonly Endpoint[],
  caller: Caller,
): ClusterLoadAssignment {
  const rule = localityRule(policy, settings);
  const groups = groupEndpoints(endpoints, rule, caller);
  const isWeighed = weighsLocalities(rule);
  // Envoy refuses endpoints, and localities, whose weights come to more than 32 bits, and whoever writes one does not know the others.
  const scaled = scaler(endpoints.map(({ weight }) => weight));
  const ofGroup = scaler(groups.map(({ weight }) => weight));
  const build = ({ locality, priority, weight, endpoints: own }: EndpointGroup) => ({
    ...(locality === "" ? {} : { locality: placeOf(locality) }),
    lbEndpoints: own.map((each) => buildEndpoint(each, scaled(each.weight))),
    ...(isWeighed ? { loadBalancingWeight: ofGroup(weight) } : {}),
    priority,
  });
  // A group of nobody says that nobody answers.
  const built: Init<typeof LocalityLbEndpointsSchema>[] =
    groups.length === 0 ? [{ lbEndpoints: [] }] : groups.map(build);
  return create(ClusterLoadAssignmentSchema, { clusterName: name, endpoints: built });
}

/** Weights as Envoy takes them: unset in Istio, and 0 is less than it takes. */
function scaler(weights: readonly number[]): (weight: number) => number {
  const total = weights.reduce((sum, weight) => sum + Math.max(1, weight), 0);
  const share = Math.min(1, (WEIGHT_SUM_MAX - weights.length) / total);
  return (weight) => (share === 1 ? Math.max(1, weight) : Math.max(1, Math.floor(weight * share)));
}

function placeOf(locality: string): { region: string; zone: string; subZone: string } {
  const { region, zone, subzone } = parseLocality(locality);
  return { region, zone, subZone: subzone };
}

function buildEndpoint(
  { address, port, takesMtls, workload, health }: Endpoint,
  loadBalancingWeight: number,
): Init<typeof LbEndpointSchema> {
  return {
    hostIdentifier: { case: "endpoint", value: { address: buildAddress(address, port) } },
    loadBalancingWeight,
    healthStatus: STATUS[health],
    ...(takesMtls || workload !== undefined
      ? {
          metadata: {
            filterMetadata: {
              ...(workload === undefined ? {} : { istio: { workload } }),
              ...(takesMtls ? { "envoy.transport_socket_match": { tlsMode: "istio" } } : {}),
            },
          },
        }
      : {}),
  };
}
