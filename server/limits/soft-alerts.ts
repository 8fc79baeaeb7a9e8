import { planOfRule } from "#core/rate-limit/rule-name.ts";
import { parseLimitKey, subjectOf } from "#node/limit-key.ts";
import type { Logger } from "#node/log.ts";
import type { LedgerStore, StoredNotice } from "#server/limits/ledger-store.ts";
import { Outbox } from "#server/outbox/outbox.ts";

export interface QuotaWebhook {
  readonly url: string;
  /** By which what is sent is signed; undefined: it is not. */
  readonly secret?: string | undefined;
}

export interface SoftAlertsOptions extends QuotaWebhook {
  readonly ledger: Pick<LedgerStore, "untold" | "told">;
  readonly log: Logger;
  /** How often it is looked whether there is something to tell. */
  readonly everyMs?: number;
}

const TIMEOUT_MS = 10_000;
/** Nobody is told what is older: a webhook that is set later hears of what is now. */
const OLD_MS = 24 * 3_600_000;

/** Tells the webhook that the server was started with that so many percent of a quota are used. */
export function openSoftAlerts({ ledger, url, secret, log, everyMs }: SoftAlertsOptions): Outbox {
  const notices = new Map<string, StoredNotice>();
  return new Outbox({
    what: "the webhook of quotas",
    log,
    ...(everyMs === undefined ? {} : { everyMs }),
    untold(most) {
      notices.clear();
      for (const notice of ledger.untold(most, Date.now() - OLD_MS)) notices.set(idOf(notice), notice);
      return [...notices].map(([id, notice]) => ({ id, url, secret, body: JSON.stringify(describeNotice(notice)) }));
    },
    told(id, atMs) {
      const notice = notices.get(id);
      if (notice !== undefined) ledger.told(notice, atMs);
    },
    post,
  });
}

/** Whoever starts the server says where: no address is refused. */
async function post(url: string, body: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const answer = await fetch(url, {
    method: "POST",
    body,
    headers: { ...headers, "content-type": "application/json" },
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  // What it says is of no interest, however long it is.
  await answer.body?.cancel();
  return answer.status;
}

const idOf = ({ key, startMs, percent }: StoredNotice): string => `${key} ${startMs} ${percent}`;

function describeNotice({ key, startMs, percent, atMs, used, amount }: StoredNotice): object {
  const parsed = parseLimitKey(key);
  return {
    event: "quota.soft",
    quota: parsed?.policy ?? key,
    plan: planOfRule({ policy: parsed?.policy ?? "", name: parsed?.rule ?? "" }) ?? null,
    consumer: subjectOf(parsed?.values ?? ""),
    ...{ percent, used, amount },
    periodStartsAt: new Date(startMs).toISOString(),
    at: new Date(atMs).toISOString(),
  };
}
