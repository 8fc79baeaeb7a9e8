import type { AppliedResource } from "#core/resolve/applied-resource.ts";
import type { Logger } from "#node/log.ts";
import type { Config } from "#server/compose/make-config.ts";
import type { Stores } from "#server/compose/make-stores.ts";
import { createEffectService } from "#server/services/effect-service.ts";
import type { Services } from "#server/services/services.ts";

const LOOKED_FOR_EVERY_MS = 15_000;

/** What revisions did, and the timer that has it measured. */
export function makeEffects(
  { store, effects, state }: Pick<Config, "store" | "effects" | "state">,
  stores: Pick<Stores, "telemetry">,
  explain: (host: string) => readonly AppliedResource[],
  log: Logger,
): { readonly effects: Services["effects"]; close(): Promise<void> } {
  const service = createEffectService({
    ...{ store, effects, state, explain },
    telemetry: stores.telemetry.queries,
    now: Date.now,
    onError: (error) => log.warn("what a revision did could not be measured yet", { error: error.toString() }),
  });
  let running = Promise.resolve();
  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    running = service
      .measureDue()
      .catch((error: unknown) => log.warn("what revisions did could not be looked for", { error: String(error) }))
      .finally(() => {
        isBusy = false;
      });
  }, LOOKED_FOR_EVERY_MS);
  return {
    effects: service.effects,
    async close() {
      clearInterval(timer);
      await running;
    },
  };
}
