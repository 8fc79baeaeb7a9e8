import type { ClientTls, Cluster, Endpoint } from "#core/simulate/cluster.ts";

/** An endpoint and the part of requests that go to it. */
export interface EndpointShare {
  readonly endpoint: Endpoint;
  readonly share: number;
}

/** By how much more than is needed is counted on those that are healthy (Envoy's overprovisioning factor). */
const OVERPROVISIONING = 1.4;

/**
 * Who gets which part of a cluster's requests: by priority and health, then by locality where the cluster weighs them, then by
 * weight. Where a hash chooses, the shares are those over all keys. Empty: there is no healthy upstream. `left` are priorities
 * that a retry leaves to others, as long as there are others.
 */
export function shareEndpoints(
  cluster: Cluster,
  endpoints: readonly Endpoint[],
  left: ReadonlySet<number> = NO_PRIORITY,
): EndpointShare[] {
  const others = left.size === 0 ? endpoints : endpoints.filter(({ priority }) => !left.has(priority));
  const remaining = others.some(({ health }) => health === "healthy") ? others : endpoints;
  return priorityLoads(cluster, remaining).flatMap(({ load, all, usable }) =>
    load === 0
      ? []
      : withinPriority(cluster, usable, all).map(({ endpoint, share }) => ({ endpoint, share: share * load })),
  );
}

const NO_PRIORITY: ReadonlySet<number> = new Set();

interface PriorityLoad {
  readonly load: number;
  readonly all: readonly Endpoint[];
  readonly usable: readonly Endpoint[];
}

function priorityLoads({ panicPercent }: Cluster, endpoints: readonly Endpoint[]): PriorityLoad[] {
  const priorities = [...new Set(endpoints.map(({ priority }) => priority))].sort((a, b) => a - b);
  const levels = priorities.map((priority) => {
    const all = endpoints.filter((each) => each.priority === priority);
    const healthy = all.filter(({ health }) => health === "healthy");
    const degraded = all.filter(({ health }) => health === "degraded");
    const capacity = all.length === 0 ? 0 : Math.min(1, (OVERPROVISIONING * healthy.length) / all.length);
    return { all, healthy, degraded, capacity };
  });
  const total = Math.min(
    1,
    levels.reduce((sum, { capacity }) => sum + capacity, 0),
  );
  if (total === 0) {
    const degraded = levels.find((level) => level.degraded.length > 0);
    if (degraded !== undefined) return [{ load: 1, all: degraded.all, usable: degraded.degraded }];
    const [first] = levels;
    // In a panic all are used, whatever is said of them.
    return first === undefined || panicPercent === 0 ? [] : [{ load: 1, all: first.all, usable: first.all }];
  }
  let left = 1;
  return levels.map(({ all, healthy, capacity }) => {
    const load = Math.min(left, capacity / total);
    left -= load;
    const isPanicking = total < 1 && (healthy.length / Math.max(1, all.length)) * 100 < panicPercent;
    return { load, all, usable: isPanicking ? all : healthy };
  });
}

/** A locality's weight counts as far as it is well. */
function withinPriority(cluster: Cluster, usable: readonly Endpoint[], all: readonly Endpoint[]): EndpointShare[] {
  if (!cluster.weighsLocalities) return byWeight(cluster, usable);
  const counts = Map.groupBy(all, ({ locality }) => locality);
  const localities = [...Map.groupBy(usable, ({ locality }) => locality)].map(([locality, own]) => {
    const capacity = Math.min(1, (OVERPROVISIONING * own.length) / (counts.get(locality)?.length ?? own.length));
    return { own, weight: (own[0]?.localityWeight ?? 0) * capacity };
  });
  const total = localities.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) return byWeight(cluster, usable);
  return localities.flatMap(({ own, weight }) => {
    const part = weight / total;
    return part === 0 ? [] : byWeight(cluster, own).map(({ endpoint, share }) => ({ endpoint, share: share * part }));
  });
}

function byWeight({ balancer }: Cluster, usable: readonly Endpoint[]): EndpointShare[] {
  // By load, what endpoints say of themselves counts, of which nothing is known here: until they do, all alike.
  const weightOf = ({ weight }: Endpoint): number => (balancer === "random" || balancer === "utilization" ? 1 : weight);
  const total = usable.reduce((sum, each) => sum + weightOf(each), 0);
  return usable.map((endpoint) => ({ endpoint, share: weightOf(endpoint) / total }));
}

/** What a cluster offers an endpoint: the first transport socket whose match its metadata fulfils, else the cluster's own. */
export function socketFor(
  { sockets, socket }: Cluster,
  { socketMatch }: Endpoint,
): { readonly socket: ClientTls; readonly name: string; readonly index: number } {
  for (const each of sockets) {
    let isFulfilled = true;
    for (const [key, value] of each.match) if (socketMatch.get(key) !== value) isFulfilled = false;
    if (isFulfilled) return each;
  }
  return { socket, name: "", index: -1 };
}
