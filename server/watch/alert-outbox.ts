import { createHash } from "node:crypto";
import type { Receiver } from "#core/resolve/alerting.ts";
import type { Logger } from "#node/log.ts";
import { Outbox, type PostJson } from "#server/outbox/outbox.ts";
import type { AlertStore, Notice } from "#server/watch/alert-store.ts";
import { describeNotice } from "#server/watch/describe-notice.ts";

export interface AlertOutboxOptions {
  readonly store: Pick<AlertStore, "untold" | "told">;
  readonly receivers: () => readonly Pick<Receiver, "ref" | "kind" | "url">[];
  readonly post: PostJson;
  readonly secret: string | undefined;
  readonly log: Logger;
  readonly everyMs?: number;
}

/** What nobody could be told of for so long is told to nobody. */
const OLD_MS = 24 * 3_600_000;

/** Tells webhooks of alerts. `refusals`: by receiver, why it did not take what it was told last. */
export function openAlertOutbox({ store, receivers, post, secret, log, everyMs }: AlertOutboxOptions): {
  readonly outbox: Outbox;
  readonly refusals: ReadonlyMap<string, string>;
} {
  const refusals = new Map<string, string>();
  const notices = new Map<string, Notice>();
  const outbox = new Outbox({
    ...{ what: "a receiver of alerts", log, post, ...(everyMs === undefined ? {} : { everyMs }) },
    untold(most) {
      notices.clear();
      const sinceMs = Date.now() - OLD_MS;
      // Nobody stands behind what another does not take, and whoever was removed is told nothing more.
      return receivers().flatMap(({ ref, kind, url }) => {
        if (kind !== "webhook") return [];
        const fires = new Set<string>();
        // Of each two at most one waits for the other.
        const letters = store.untold(ref, 2 * most, sinceMs).flatMap((notice) => {
          // That it is over is told to who has heard that it fires.
          const about = `${notice.alert.activeMs} ${notice.alert.id}`;
          if (notice.event === "firing") fires.add(about);
          else if (fires.has(about)) return [];
          const id = idOf(notice);
          notices.set(id, notice);
          return [{ id, url, secret, body: describeNotice(notice) }];
        });
        return letters.slice(0, most);
      });
    },
    told(id, atMs) {
      const notice = notices.get(id);
      if (notice === undefined) return;
      store.told(notice.id, atMs);
      refusals.delete(notice.receiver);
    },
    refused: (id, reason) => refusals.set(notices.get(id)?.receiver ?? "", reason),
  });
  return { outbox, refusals };
}

/** The same in whichever file it is kept. */
function idOf({ receiver, event, alert, nth }: Notice): string {
  return createHash("sha256")
    .update(JSON.stringify([receiver, alert.id, alert.activeMs, event, ...(nth === 0 ? [] : [nth])]))
    .digest("hex")
    .slice(0, 32);
}
