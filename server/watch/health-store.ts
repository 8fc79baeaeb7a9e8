import type { DatabaseSync } from "node:sqlite";
import type { Health, HealthStatus } from "#core/graph/graph.ts";
import type { HealthRun, SubjectHealth } from "#core/view/health.ts";
import { inTransaction } from "#node/in-transaction.ts";

const MARK = "health";
/** Of one subject, the newest: one that changes each minute has so many in a week. */
const RUNS_MAX = 10_000;

/** Health over time, as runs in which it was the same. */
export class HealthStore {
  readonly #db: DatabaseSync;
  /** The newest run of each subject. */
  readonly #last = new Map<string, HealthRun>();

  constructor(db: DatabaseSync) {
    this.#db = db;
    for (const row of db.prepare("SELECT *, max(since_ms) FROM health_run GROUP BY subject").all())
      this.#last.set(String(row.subject), toRun(row));
  }

  /** Up to when health was judged; 0 at first. */
  get judgedMs(): number {
    return Number(this.#db.prepare("SELECT at_ms FROM watch_mark WHERE name = ?").get(MARK)?.at_ms ?? 0);
  }

  /** What was judged of the time before `atMs`; a run goes on where the time before it was judged alike. */
  add(atMs: number, stepMs: number, judged: ReadonlyMap<string, Health>): void {
    const next = new Map<string, HealthRun>();
    inTransaction(this.#db, () => {
      const go = this.#db.prepare("UPDATE health_run SET until_ms = ? WHERE subject = ? AND since_ms = ?");
      const begin = this.#db.prepare("INSERT OR REPLACE INTO health_run VALUES (?, ?, ?, ?, ?, ?)");
      for (const [subject, { status, reason, cause = null }] of judged) {
        const last = this.#last.get(subject);
        if (last !== undefined && last.untilMs >= atMs - stepMs && last.status === status) {
          go.run(atMs, subject, last.sinceMs);
          next.set(subject, { ...last, untilMs: atMs });
          continue;
        }
        const run = { sinceMs: atMs - stepMs, untilMs: atMs, status, reason, cause };
        begin.run(subject, run.sinceMs, run.untilMs, status, reason, cause);
        next.set(subject, run);
      }
      this.#db.prepare("INSERT OR REPLACE INTO watch_mark VALUES (?, ?)").run(MARK, atMs);
    });
    for (const [subject, run] of next) this.#last.set(subject, run);
  }

  /** As it was judged last; those of which nothing was heard then are left out. */
  current(): readonly SubjectHealth[] {
    const atMs = this.judgedMs;
    return [...this.#last].flatMap(([subject, run]) => (run.untilMs >= atMs ? [{ subject, ...run }] : []));
  }

  /** Oldest first. */
  history(subject: string, fromMs: number, toMs: number): readonly HealthRun[] {
    return this.#db
      .prepare(
        "SELECT * FROM health_run WHERE subject = ? AND until_ms > ? AND since_ms < ? ORDER BY since_ms DESC LIMIT ?",
      )
      .all(subject, fromMs, toMs, RUNS_MAX)
      .map(toRun)
      .reverse();
  }

  dropBefore(ms: number): void {
    this.#db.prepare("DELETE FROM health_run WHERE until_ms < ?").run(ms);
    for (const [subject, { untilMs }] of this.#last) if (untilMs < ms) this.#last.delete(subject);
  }
}

function toRun({ since_ms, until_ms, status, reason, cause }: Record<string, unknown>): HealthRun {
  return {
    sinceMs: Number(since_ms),
    untilMs: Number(until_ms),
    status: status as HealthStatus,
    reason: String(reason),
    cause: cause === null ? null : String(cause),
  };
}
