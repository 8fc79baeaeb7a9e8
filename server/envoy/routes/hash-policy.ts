import type { CallerReader } from "#core/resolve/mesh-reader.ts";
import { resolveTrafficTo, type TrafficQuestion } from "#core/resolve/traffic-policy.ts";
import type { RouteActionSchema } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import { duration, type Init } from "#server/envoy/pack.ts";

type HashPolicy = Pick<Init<typeof RouteActionSchema>, "hashPolicy">;

/** What a consistent-hash balancer hashes is said by the route that leads to it. */
export function buildHashPolicy(world: CallerReader, question: TrafficQuestion): HashPolicy {
  const hash = resolveTrafficTo(world, question).loadBalancer?.consistentHash;
  if (hash?.httpHeaderName !== undefined)
    return { hashPolicy: [{ policySpecifier: { case: "header", value: { headerName: hash.httpHeaderName } } }] };
  if (hash?.httpCookie !== undefined) {
    const { name, path, ttl, attributes } = hash.httpCookie;
    return {
      hashPolicy: [
        {
          policySpecifier: {
            case: "cookie",
            value: {
              name,
              ...(path === undefined ? {} : { path }),
              ...(ttl === undefined ? {} : { ttl: duration(ttl) }),
              ...(attributes === undefined ? {} : { attributes: attributes.map((each) => ({ ...each })) }),
            },
          },
        },
      ],
    };
  }
  if (hash?.useSourceIp)
    return { hashPolicy: [{ policySpecifier: { case: "connectionProperties", value: { sourceIp: true } } }] };
  if (hash?.httpQueryParameterName !== undefined)
    return {
      hashPolicy: [{ policySpecifier: { case: "queryParameter", value: { name: hash.httpQueryParameterName } } }],
    };
  return {};
}
