import { type ChangeOf, type Concerning, versionsOf } from "#core/traffic/concern.ts";
import { concernByAny, TO_ITS_HOSTS } from "#core/traffic/concern-hosts.ts";

/** What goes to its instances. */
export function concernByWorkloadGroup(change: ChangeOf<"WorkloadGroup">): Concerning {
  return concernByAny(
    TO_ITS_HOSTS,
    versionsOf(change).map(
      ({ metadata }) =>
        ({ called }) =>
          called === `${metadata.namespace}/${metadata.name}`,
    ),
  );
}
