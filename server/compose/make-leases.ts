import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CalendarClock } from "#core/rate-limit/calendar-clock.ts";
import { CautiousClock } from "#core/rate-limit/cautious-clock.ts";
import type { Logger } from "#node/log.ts";
import { isCorrupt, moveAside, openChecked } from "#node/sqlite-file.ts";
import { TroubleLog } from "#node/trouble-log.ts";
import { LeaseDesk, type LeaseDeskOptions } from "#server/limits/lease-desk.ts";
import { LeaseStore } from "#server/limits/lease-store.ts";
import type { LedgerStore } from "#server/limits/ledger-store.ts";
import { openSoftAlerts, type QuotaWebhook } from "#server/limits/soft-alerts.ts";

/** Keys of rules that are gone are drawn from by nobody, and so forgotten by this alone. */
const TIDY_MS = 60_000;

export interface LimitOwner {
  readonly leases: LeaseDesk;
  readonly ledger: LedgerStore;
  close(): void;
}

/** The owner of limits, with what it knew before; where that is lost, all there is counts as used. */
export function makeLeases(
  dir: string,
  { snapshot, find }: Pick<LeaseDeskOptions, "snapshot" | "find">,
  log: Logger,
  webhook?: QuotaWebhook,
): LimitOwner {
  const { store, isLost } = openStore(join(dir, "limits.db"), log);
  const sources = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };
  const { lastMs } = store;
  const clock = new CautiousClock(sources, "slow", lastMs.nowMs);
  const calendar = new CalendarClock(sources, lastMs.calendarMs);
  const leases = new LeaseDesk({
    snapshot,
    find,
    store,
    isLost,
    onTwins: (instance) =>
      log.warn("two agents run as one instance: each has its own leases and places of limits", {
        ...{ instance, hint: "give each a name of its own with --name" },
      }),
    now: () => ({ nowMs: clock.now(), calendarMs: calendar.now() }),
  });
  const tidy = (): void => {
    try {
      leases.tidy();
    } catch (error) {
      log.error("what nobody uses of limits any more could not be deleted", { error: String(error) });
    }
  };
  tidy();
  const alerts = webhook === undefined ? undefined : openSoftAlerts({ ...webhook, ledger: store.ledger, log });
  alerts?.start();
  const timer = setInterval(tidy, TIDY_MS).unref();
  return {
    leases,
    ledger: store.ledger,
    close: () => {
      clearInterval(timer);
      alerts?.close();
      store.close();
    },
  };
}

function openStore(file: string, log: Logger): { readonly store: LeaseStore; readonly isLost: boolean } {
  const troubles = new TroubleLog(log);
  try {
    return { store: new LeaseStore(openChecked(file), troubles), isLost: false };
  } catch (error) {
    if (isCorrupt(error)) {
      const aside = moveAside(file, "unreadable");
      log.error("what was used of limits could not be read: it was moved aside, and counts as used up", {
        file: aside,
      });
      return { store: new LeaseStore(new DatabaseSync(file), troubles), isLost: true };
    }
    log.error("what is used of limits cannot be stored: it is known until the server is started again", {
      file,
      error: String(error),
    });
    return { store: new LeaseStore(new DatabaseSync(":memory:")), isLost: true };
  }
}
