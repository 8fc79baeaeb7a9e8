import type { DatabaseSync } from "node:sqlite";
import type { Advanced } from "#core/alerts/advance-alerts.ts";
import type { Alert } from "#core/alerts/alert.ts";
import { inTransaction } from "#node/in-transaction.ts";

/** A notice to one webhook. */
export interface Notice {
  readonly id: string;
  readonly receiver: string;
  readonly alert: Alert;
  readonly event: "firing" | "resolved";
  /** How often this was told before: an alert that goes on is told again. */
  readonly nth: number;
}

/** What a receiver was, or is to be, told of one alert. */
interface Noticed {
  /** How often that it fires, and when it took the last of them; null where it did not yet. */
  readonly firing: number;
  readonly toldMs: number | null;
}

const HISTORY_MAX = 1000;
/** Alerts that are over, as many as are kept at most. */
const OVER_MAX = 20_000;

/** Alerts and what receivers are to be told of them. What is written together is there together. */
export class AlertStore {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Those that are not over. */
  standing(): readonly Alert[] {
    return this.#db.prepare("SELECT * FROM alert WHERE resolved_ms IS NULL").all().map(toAlert);
  }

  /** Those that were over since then, the newest first. */
  resolvedSince(ms: number): readonly Alert[] {
    return this.#db
      .prepare("SELECT * FROM alert WHERE resolved_ms >= ? ORDER BY resolved_ms DESC LIMIT ?")
      .all(ms, HISTORY_MAX)
      .map(toAlert);
  }

  /** Takes what became of alerts, and whom that is to be told. */
  take({ changed, dropped }: Advanced, notices: readonly Omit<Notice, "id">[], atMs: number): void {
    inTransaction(this.#db, () => {
      const put = this.#db.prepare("INSERT OR REPLACE INTO alert VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
      for (const { id, activeMs, firingMs, resolvedMs, rule, labels, annotations, value } of changed) {
        // SQLite takes what is not a number for nothing at all.
        const told = Number.isNaN(value) ? "NaN" : value;
        put.run(id, activeMs, firingMs, resolvedMs, rule, JSON.stringify(labels), JSON.stringify(annotations), told);
      }
      const remove = this.#db.prepare("DELETE FROM alert WHERE id = ? AND active_ms = ?");
      for (const { id, activeMs } of dropped) remove.run(id, activeMs);
      const tell = this.#db.prepare(
        "INSERT OR IGNORE INTO notice (receiver, alert, active_ms, event, nth, at_ms) VALUES (?, ?, ?, ?, ?, ?)",
      );
      for (const { receiver, alert, event, nth } of notices)
        tell.run(receiver, alert.id, alert.activeMs, event, nth, atMs);
    });
  }

  noticed(receiver: string, { id, activeMs }: Pick<Alert, "id" | "activeMs">): Noticed {
    const last = this.#db
      .prepare(
        "SELECT nth, told_ms FROM notice WHERE receiver = ? AND alert = ? AND active_ms = ? AND event = 'firing' ORDER BY nth DESC LIMIT 1",
      )
      .get(receiver, id, activeMs);
    return {
      firing: last === undefined ? 0 : Number(last.nth) + 1,
      toldMs: typeof last?.told_ms === "number" ? last.told_ms : null,
    };
  }

  /** What one receiver was not told yet, the first first. */
  untold(receiver: string, most: number, sinceMs: number): readonly Notice[] {
    return this.#db
      .prepare(
        "SELECT notice.rowid AS notice, notice.receiver, notice.event, notice.nth, alert.* FROM notice JOIN alert ON alert.id = notice.alert AND alert.active_ms = notice.active_ms WHERE receiver = ? AND told_ms IS NULL AND at_ms >= ? ORDER BY notice.rowid LIMIT ?",
      )
      .all(receiver, sinceMs, most)
      .map((row) => ({
        id: String(row.notice),
        receiver: String(row.receiver),
        event: row.event as Notice["event"],
        nth: Number(row.nth),
        alert: toAlert(row),
      }));
  }

  told(id: string, atMs: number): void {
    this.#db.prepare("UPDATE notice SET told_ms = ? WHERE rowid = ?").run(atMs, Number(id));
  }

  /** By receiver: what it was not told yet, and when it was told last. */
  receivers(): ReadonlyMap<string, { readonly waiting: number; readonly toldMs: number | null }> {
    const rows = this.#db
      .prepare("SELECT receiver, sum(told_ms IS NULL) AS waiting, max(told_ms) AS told FROM notice GROUP BY receiver")
      .all();
    return new Map(
      rows.map(({ receiver, waiting, told }) => [
        String(receiver),
        { waiting: Number(waiting), toldMs: told === null ? null : Number(told) },
      ]),
    );
  }

  /** What is older, and what is more than is kept: a rule that comes and goes fills no disk. */
  dropBefore(ms: number, most = OVER_MAX): void {
    inTransaction(this.#db, () => {
      const over = "SELECT resolved_ms FROM alert WHERE resolved_ms IS NOT NULL ORDER BY resolved_ms DESC";
      const { changes } = this.#db
        .prepare(`DELETE FROM alert WHERE resolved_ms < ? OR resolved_ms <= (${over} LIMIT 1 OFFSET ?)`)
        .run(ms, most);
      if (changes > 0)
        this.#db.exec(
          "DELETE FROM notice WHERE NOT EXISTS (SELECT 1 FROM alert WHERE alert.id = notice.alert AND alert.active_ms = notice.active_ms)",
        );
    });
  }
}

function toAlert(row: Record<string, unknown>): Alert {
  const time = (value: unknown): number | null => (value === null ? null : Number(value));
  return {
    ...{ id: String(row.id), rule: String(row.rule), value: Number(row.value), activeMs: Number(row.active_ms) },
    ...{ firingMs: time(row.firing_ms), resolvedMs: time(row.resolved_ms) },
    labels: JSON.parse(String(row.labels)) as Alert["labels"],
    annotations: JSON.parse(String(row.annotations)) as Alert["annotations"],
  };
}
