import type {
  ListenerFilterChainMatchPredicateSchema,
  ListenerFilterSchema,
} from "#proto/gen/envoy/config/listener/v3/listener_components_pb.js";
import type { Init } from "#server/envoy/pack.ts";

type ListenerFilterInit = Init<typeof ListenerFilterSchema>;
type PredicateInit = Init<typeof ListenerFilterChainMatchPredicateSchema>;

/** An inspector that is off for these ports: a client that waits for their server would wait for it too. */
export function inspectorWithout(filter: ListenerFilterInit, ports: readonly number[]): ListenerFilterInit {
  const rules = ports.map(
    (port): PredicateInit => ({
      rule: { case: "destinationPortRange", value: { start: port, end: port + 1 } },
    }),
  );
  const [only] = rules;
  if (only === undefined) return filter;
  return { ...filter, filterDisabled: rules.length === 1 ? only : { rule: { case: "orMatch", value: { rules } } } };
}
