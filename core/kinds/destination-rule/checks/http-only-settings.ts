import { carries, HTTP_ONLY, portsOf } from "#core/check/http-only-setting.ts";
import type { EachCheck, Finding } from "#core/check/rule.ts";
import type { TrafficPolicy, TrafficSettings } from "#core/kinds/destination-rule/traffic-policy.ts";
import type { Port } from "#core/model/port.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import type { Path } from "#core/schema/path.ts";

/** Settings for requests, of ports that carry none; and the other way round. */
export const httpOnlySettings: EachCheck<"DestinationRule"> = {
  ...HTTP_ONLY,
  each: (rule, context) => checkRule(rule, portsOf(context, rule.spec.host, rule.metadata.namespace)),
};

function checkRule(rule: Resource<"DestinationRule">, ports: readonly Port[]): Finding[] {
  const { trafficPolicy, subsets = [] } = rule.spec;
  const policies = [
    { policy: trafficPolicy, path: ["spec", "trafficPolicy"] },
    ...subsets.map((subset, index) => ({
      policy: subset.trafficPolicy,
      path: ["spec", "subsets", index, "trafficPolicy"],
    })),
  ];
  const about = { severity: "warning" as const, resource: formatRef(refOf(rule)) };
  return policies.flatMap(({ policy, path }): Finding[] => [
    ...[...general(policy, path, ports), ...perPort(policy, path, ports)].map((at) => ({
      ...{ ...about, path: at },
      message: `this setting is for HTTP requests, and ${rule.spec.host} serves only TCP connections there: it has no effect`,
      hint: "remove it, or declare a port with an HTTP protocol: HTTP, HTTP2 or GRPC",
    })),
    ...tunnelled(policy, path, ports).map((at) => ({
      ...{ ...about, path: at },
      message: `connections are tunnelled, and ${rule.spec.host} serves only HTTP requests: it has no effect`,
      hint: "remove it, or declare a port with another protocol: TCP or TLS",
    })),
  ]);
}

/** What is tunnelled goes by all ports, those too that have settings of their own. */
function tunnelled(policy: TrafficPolicy | undefined, path: Path, ports: readonly Port[]): Path[] {
  const isForNobody = ports.length > 0 && ports.every((port) => carries(port) === "requests");
  return policy?.tunnel !== undefined && isForNobody ? [[...path, "tunnel"]] : [];
}

function general(policy: TrafficPolicy | undefined, path: Path, ports: readonly Port[]): Path[] {
  const own = ports.filter(
    ({ number }) => !(policy?.portLevelSettings ?? []).some(({ port }) => port?.number === number),
  );
  if (own.length === 0 || own.some((port) => carries(port) !== "connections")) return [];
  const budget = policy?.retryBudget === undefined ? [] : [[...path, "retryBudget"]];
  return [...aboutRequests(policy, path), ...budget];
}

function perPort(policy: TrafficPolicy | undefined, path: Path, ports: readonly Port[]): Path[] {
  return (policy?.portLevelSettings ?? []).flatMap((settings, index) => {
    const port = ports.find(({ number }) => number === settings.port?.number);
    return port !== undefined && carries(port) === "connections"
      ? aboutRequests(settings, [...path, "portLevelSettings", index])
      : [];
  });
}

/** Paths of what only requests are asked. */
function aboutRequests(policy: TrafficSettings | undefined, path: Path): Path[] {
  const hash = policy?.loadBalancer?.consistentHash;
  const hashed = (["httpHeaderName", "httpCookie", "httpQueryParameterName"] as const).filter(
    (key) => hash?.[key] !== undefined,
  );
  // Connections that wait are counted as requests that do.
  const pool = Object.entries(policy?.connectionPool?.http ?? {}).flatMap(([key, value]) =>
    key === "http1MaxPendingRequests" || value === 0 ? [] : [key],
  );
  return [
    ...pool.map((key) => [...path, "connectionPool", "http", key]),
    ...hashed.map((key) => [...path, "loadBalancer", "consistentHash", key]),
  ];
}
