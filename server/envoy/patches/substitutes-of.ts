import type { Origin, Substitute, XdsResource } from "#core/xds/layer.ts";

/** Of more patches nobody looks for the one: it is had without any. */
const SOUGHT_MAX = 8;

/** A patch, or what runs in a listener. */
type Part = Required<Origin>;

/**
 * What was patched as it would be without each of its patches, the last one first, and then without any. `build` leaves those out that it is
 * given; what it cannot build so, or builds as it is, is left out.
 */
export function substitutesOf(
  refused: XdsResource,
  made: readonly Part[],
  build: (left: readonly Part[]) => XdsResource | undefined,
): readonly Substitute[] {
  const each = made.length > 1 && made.length <= SOUGHT_MAX ? made.map((patch) => [patch]).reverse() : [];
  const seen = new Set([refused.version]);
  return [...each, made].flatMap((left) => {
    const resource = attempt(() => build(left));
    if (resource === undefined || seen.has(resource.version)) return [];
    seen.add(resource.version);
    return [{ resource, without: left.map(({ resource: filter, path }) => ({ resource: filter, path })) }];
  });
}

function attempt<T>(build: () => T): T | undefined {
  try {
    return build();
  } catch {
    return undefined;
  }
}
