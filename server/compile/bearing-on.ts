import { delegatesOf } from "#core/resolve/delegates.ts";
import { destinationsOf } from "#core/resolve/destinations-of.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import type { Held } from "#server/compile/holding.ts";
import { refsFor } from "#server/compile/host-patterns.ts";
import type { IndexName } from "#server/compile/places-of.ts";

/** Refs of what a host is built from: what defines, rules and routes it, and the same of where it is routed to. */
export function bearingOn(index: Held["config"], host: string, domainSuffix: string): readonly string[] {
  const at = (name: IndexName, key: string): readonly string[] => [...index.refs(name, key)];
  const rulesFor = (each: string): readonly string[] => [
    ...at("rule", each),
    ...refsFor(index.map("rulePattern"), each),
  ];
  const own = [
    ...at("entry", host),
    ...at("virtualService", host),
    ...refsFor(index.map("virtualServicePattern"), host),
    ...rulesFor(host),
  ];
  const services = ofKind(
    own.flatMap((ref) => index.get(ref) ?? []),
    "VirtualService",
  );
  const delegates = services.flatMap(delegatesOf).flatMap((ref) => {
    if (ref === undefined) return [];
    const [namespace, name] = ref;
    return index.get(formatRef({ kind: "VirtualService", namespace, name })) ?? [];
  });
  const destinations = [...services, ...ofKind(delegates, "VirtualService")].flatMap((each) => [
    ...destinationsOf(each, domainSuffix),
  ]);
  const others = destinations.flatMap((each) => [...at("entry", each), ...rulesFor(each)]);
  return [...new Set([...own, ...delegates.map((each) => formatRef(refOf(each))), ...others])];
}
