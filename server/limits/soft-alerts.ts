import { createHmac } from "node:crypto";
import { parseRuleName } from "#core/rate-limit/rule-name.ts";
import { parseLimitKey } from "#node/limit-key.ts";
import type { Logger } from "#node/log.ts";
import type { LedgerStore, StoredNotice } from "#server/limits/ledger-store.ts";

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

const EVERY_MS = 1000;
const WAIT_MS_MAX = 300_000;
const TIMEOUT_MS = 10_000;
const AT_ONCE = 100;
/** Nobody is told what is older: a webhook that is set later hears of what is now. */
const OLD_MS = 24 * 3_600_000;

/**
 * Tells a webhook that so many percent of a quota are used: each once where it answers, and again where its answer is lost or is
 * none of 200 to 299. What was not told is in the store, and told when the server is started again.
 */
export class SoftAlerts {
  readonly #options: SoftAlertsOptions;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #waitMs: number;
  /** By notice, when one that was not taken is told again. */
  readonly #refused = new Map<string, { readonly waitMs: number; readonly untilMs: number }>();

  constructor(options: SoftAlertsOptions) {
    this.#options = options;
    this.#waitMs = options.everyMs ?? EVERY_MS;
  }

  start(): void {
    this.#later(0);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #later(inMs: number): void {
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#tellAll(), inMs).unref();
  }

  async #tellAll(): Promise<void> {
    const { ledger, log, url, everyMs = EVERY_MS } = this.#options;
    try {
      const notices = ledger.untold(AT_ONCE + this.#refused.size, Date.now() - OLD_MS);
      const ids = new Set(notices.map(idOf));
      for (const id of this.#refused.keys()) if (!ids.has(id)) this.#refused.delete(id);
      for (const notice of notices) {
        if (Date.now() < (this.#refused.get(idOf(notice))?.untilMs ?? 0)) continue;
        const status = await this.#tell(notice);
        if (this.#isClosed) return;
        if (status >= 200 && status <= 299) ledger.told(notice, Date.now());
        else this.#refuse(idOf(notice), status);
      }
      this.#waitMs = everyMs;
    } catch (error) {
      this.#waitMs = Math.min(2 * this.#waitMs, WAIT_MS_MAX);
      log.warn("the webhook of quotas was not told, and will be again", {
        ...{ url, error: String(error), inSeconds: Math.ceil(this.#waitMs / 1000) },
      });
    }
    this.#later(this.#waitMs);
  }

  /** It alone waits: others do not stand behind it. */
  #refuse(id: string, status: number): void {
    const { log, url, everyMs = EVERY_MS } = this.#options;
    const waitMs = Math.min(2 * (this.#refused.get(id)?.waitMs ?? everyMs), WAIT_MS_MAX);
    this.#refused.set(id, { waitMs, untilMs: Date.now() + waitMs });
    log.warn("the webhook of quotas did not take a notice, and will be told again", {
      ...{ url, notice: id, status, inSeconds: Math.ceil(waitMs / 1000) },
    });
  }

  /** The status of the answer; throws where there is none. */
  async #tell(notice: StoredNotice): Promise<number> {
    const { url, secret } = this.#options;
    const body = JSON.stringify(describeNotice(notice));
    const signature = secret === undefined ? undefined : createHmac("sha256", secret).update(body).digest("hex");
    const answer = await fetch(url, {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        "idempotency-key": encodeURIComponent(idOf(notice)),
        ...(signature === undefined ? {} : { "x-pharos-signature": `sha256=${signature}` }),
      },
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.arrayBuffer();
    return answer.status;
  }
}

const idOf = ({ key, startMs, percent }: StoredNotice): string => `${key} ${startMs} ${percent}`;

function describeNotice({ key, startMs, percent, atMs, used, amount }: StoredNotice): object {
  const parsed = parseLimitKey(key);
  return {
    event: "quota.soft",
    quota: parsed?.policy ?? key,
    plan: parseRuleName(parsed?.rule ?? "").plan ?? null,
    consumer: parsed?.values ?? "",
    ...{ percent, used, amount },
    periodStartsAt: new Date(startMs).toISOString(),
    at: new Date(atMs).toISOString(),
  };
}
