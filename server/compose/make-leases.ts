import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CautiousClock } from "#core/rate-limit/cautious-clock.ts";
import type { Logger } from "#node/log.ts";
import { isCorrupt, moveAside, openChecked } from "#node/sqlite-file.ts";
import { LeaseDesk, type LeaseDeskOptions } from "#server/limits/lease-desk.ts";
import { LeaseStore } from "#server/limits/lease-store.ts";

/** Keys of rules that are gone are drawn from by nobody, and so forgotten by this alone. */
const TIDY_MS = 60_000;

/** The owner of limits, with what it knew before; where that is lost, all there is counts as used. */
export function makeLeases(
  dir: string,
  { snapshot, find }: Pick<LeaseDeskOptions, "snapshot" | "find">,
  log: Logger,
): { readonly leases: LeaseDesk; close(): void } {
  const { store, isLost } = openStore(join(dir, "limits.db"), log);
  const sources = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };
  const clock = new CautiousClock(sources, "slow", store.lastMs);
  const leases = new LeaseDesk({ snapshot, find, store, isLost, now: () => clock.now() });
  const tidy = (): void => {
    try {
      leases.tidy();
    } catch (error) {
      log.error("what nobody uses of limits any more could not be deleted", { error: String(error) });
    }
  };
  tidy();
  const timer = setInterval(tidy, TIDY_MS).unref();
  return {
    leases,
    close: () => {
      clearInterval(timer);
      store.close();
    },
  };
}

function openStore(file: string, log: Logger): { readonly store: LeaseStore; readonly isLost: boolean } {
  try {
    return { store: new LeaseStore(openChecked(file)), isLost: false };
  } catch (error) {
    if (isCorrupt(error)) {
      const aside = moveAside(file, "unreadable");
      log.error("what was used of limits could not be read: it was moved aside, and counts as used up", {
        file: aside,
      });
      return { store: new LeaseStore(new DatabaseSync(file)), isLost: true };
    }
    log.error("what is used of limits cannot be stored: it is known until the server is started again", {
      file,
      error: String(error),
    });
    return { store: new LeaseStore(new DatabaseSync(":memory:")), isLost: true };
  }
}
