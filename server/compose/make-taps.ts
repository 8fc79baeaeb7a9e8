import { tokenHeaders } from "#core/resolve/token-headers.ts";
import type { Logger } from "#node/log.ts";
import type { Config } from "#server/compose/make-config.ts";
import type { Stores } from "#server/compose/make-stores.ts";
import { RedactionSetting } from "#server/compose/redaction-setting.ts";
import type { MeshHandle } from "#server/mesh/start-mesh.ts";
import type { Registry } from "#server/registry/registry.ts";
import { perSnapshot } from "#server/services/per-snapshot.ts";
import { TapDesk } from "#server/taps/tap-desk.ts";

export interface Taps {
  readonly desk: TapDesk;
  readonly redaction: RedactionSetting;
}

/** Who looks at requests as they happen, and what of their headers is shown. */
export async function makeTaps(
  { db }: Pick<Stores, "db">,
  { state }: Pick<Config, "state">,
  registry: Pick<Registry, "known">,
  mesh: () => Pick<MeshHandle, "setTaps">,
  log: Logger,
): Promise<Taps> {
  const namesOf = perSnapshot(({ resources }) => tokenHeaders(resources));
  const redaction = await RedactionSetting.open(
    db,
    () => namesOf(state.snapshot()),
    (message) => log.warn(message),
  );
  const desk = new TapDesk({
    snapshot: () => state.snapshot(),
    find: (instance) => registry.known(instance),
    revisionAt: (atMs) => state.revisionAt(atMs),
    setTaps: (orders) => mesh().setTaps(orders),
    redacted: () => redaction.names(),
  });
  return { desk, redaction };
}
