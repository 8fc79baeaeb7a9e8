import type { Distribution } from "#core/view/mesh.ts";

/**
 * A roll-out in which a revision has reached a proxy that lacks what it lacked before, and nothing of what the revision changed: the refusals are
 * told with it. `changedBy` answers references.
 */
export async function reachedButForOlder(
  rollout: Distribution,
  changedBy: (revision: number) => Promise<readonly string[]>,
): Promise<Distribution> {
  const isOlder = ({ state, refusals }: Distribution["proxies"][number]): boolean =>
    state === "refused" && refusals.every(({ wasHeldWithout }) => wasHeldWithout);
  if (!rollout.proxies.some(isOlder)) return rollout;
  const changed = new Set(await changedBy(rollout.revision));
  const isUntouched = ({ refusals }: Distribution["proxies"][number]): boolean =>
    !refusals.some(({ origins }) => origins.some(({ resource }) => changed.has(resource)));
  return {
    ...rollout,
    proxies: rollout.proxies.map((proxy) =>
      isOlder(proxy) && isUntouched(proxy) ? { ...proxy, state: "acked" } : proxy,
    ),
  };
}
