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

/**
 * Tells a webhook that so many percent of a quota are used: each once where it answers, and again where its answer is lost or is
 * none of 200 to 299. What was not told is in the store, and told when the server is started again.
 */
export class SoftAlerts {
  readonly #options: SoftAlertsOptions;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #waitMs: number;

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
      for (const notice of ledger.untold(AT_ONCE)) {
        await this.#tell(notice);
        if (this.#isClosed) return;
        ledger.told(notice, Date.now());
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

  async #tell(notice: StoredNotice): Promise<void> {
    const { url, secret } = this.#options;
    const body = JSON.stringify(describeNotice(notice));
    const { key, startMs, percent } = notice;
    const signature = secret === undefined ? undefined : createHmac("sha256", secret).update(body).digest("hex");
    const answer = await fetch(url, {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        "idempotency-key": encodeURIComponent(`${key} ${startMs} ${percent}`),
        ...(signature === undefined ? {} : { "x-pharos-signature": `sha256=${signature}` }),
      },
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`it answered ${answer.status}`);
  }
}

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
