import { PharosError } from "#core/errors.ts";
import type { AuditView } from "#core/view/session.ts";
import type { Logger } from "#node/log.ts";
import type { AuditLine } from "#server/audit/audit-line.ts";
import { RefusalBook } from "#server/audit/refusal-book.ts";
import type { Database } from "#server/db/open-database.ts";

export interface Audit {
  /**
   * Never throws and never waits; lines reach the log at once and the database in order. What was not allowed is told the
   * first times, and then counted and summed once a minute.
   */
  write(line: AuditLine): void;
  list(filter: {
    limit: number;
    before?: string | undefined;
    actor?: string | undefined;
    action?: string | undefined;
  }): Promise<readonly AuditView[]>;
  /** Resolves when all lines are stored. */
  close(): Promise<void>;
}

/** Beyond this many lines waiting (an attack, or a database that hangs) further ones go to the log alone, and it says so. */
const QUEUE_MAX = 10_000;
const KEPT_MAX = 1_000_000;
const REFUSED_KEPT_MAX = 100_000;
/** Lines after which those beyond the bound are dropped. */
const SWEEP_EVERY = 1000;
const TEXT_MAX = 2000;
const REFUSED_TEXT_MAX = 500;
const ACTION_MAX = 200;
const SUMMARY_MS = 60_000;

export interface AuditOptions {
  readonly now?: () => Date;
  /** Newest lines that are kept of what was not refused; a million. */
  readonly keptMax?: number;
  /** And of what was refused, apart from those; a hundred thousand. Strangers make these, and must not push out what was done. */
  readonly refusedKeptMax?: number;
}

/** One line for each write and each refused attempt. */
export function createAudit(
  db: Database,
  log: Logger,
  { now = () => new Date(), keptMax = KEPT_MAX, refusedKeptMax = REFUSED_KEPT_MAX }: AuditOptions = {},
): Audit {
  let sinceSweep = 0;
  let queue: (AuditLine & { readonly at: Date })[] = [];
  let writing: Promise<void> | undefined;
  let isWaiting = false;

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      const batch = queue;
      queue = [];
      try {
        await db.auditLine.createMany({ data: batch });
        isWaiting = false;
      } catch (error) {
        if (PharosError.from(error).code === "exhausted") {
          wait(batch, error);
          break;
        }
        log.error("audit lines were not stored", { count: batch.length, error: String(error) });
      }
      sinceSweep += batch.length;
      if (sinceSweep < SWEEP_EVERY) continue;
      sinceSweep = 0;
      await forgetOldest().catch((error: unknown) => log.error("old audit lines were kept", { error: String(error) }));
    }
    writing = undefined;
  }

  /** On a full disk lines are kept until there is room, and written with the next one or the next summary. */
  function wait(batch: typeof queue, error: unknown): void {
    queue = [...batch, ...queue].slice(0, QUEUE_MAX);
    if (!isWaiting) log.error("audit lines wait for room on the disk; the log has them", { error: String(error) });
    isWaiting = true;
  }

  /** Drops what is beyond the newest lines: the trail costs so much and no more. */
  async function forgetOldest(): Promise<void> {
    await forgetBeyond(keptMax, { not: "refused" });
    await forgetBeyond(refusedKeptMax, "refused");
  }

  /** Counts lines and not ids, of which those of the other outcomes take their part. */
  async function forgetBeyond(max: number, outcome: string | { readonly not: string }): Promise<void> {
    const [first] = await db.auditLine.findMany({
      where: { outcome },
      orderBy: { id: "desc" },
      skip: max,
      take: 1,
      select: { id: true },
    });
    if (first !== undefined) await db.auditLine.deleteMany({ where: { outcome, id: { lte: first.id } } });
  }

  function tell(line: AuditLine): void {
    if (line.outcome === "allowed") log.info("audit", { ...line });
    else log.warn("audit", { ...line });
    if (queue.length >= QUEUE_MAX) {
      log.error("the audit queue is full; this line is in the log only");
      return;
    }
    queue.push({ ...line, at: now() });
    write();
  }

  function write(): void {
    if (queue.length > 0) writing ??= Promise.resolve().then(drain);
  }

  const refusals = new RefusalBook(tell);
  const summaries = setInterval(() => {
    refusals.summarize();
    write();
  }, SUMMARY_MS);
  summaries.unref();

  return {
    write(line) {
      const textMax = line.outcome === "allowed" ? TEXT_MAX : REFUSED_TEXT_MAX;
      const short = {
        ...line,
        // A path that nobody serves is an action too, and its length is the caller's.
        action: line.action.slice(0, ACTION_MAX),
        reason: line.reason.slice(0, textMax),
        resource: line.resource.slice(0, textMax),
      };
      if (short.outcome === "allowed") tell(short);
      else refusals.add(short);
    },
    async list({ limit, before, actor, action }) {
      await writing;
      const rows = await db.auditLine.findMany({
        where: {
          ...(before === undefined ? {} : { id: { lt: Number(before) } }),
          ...(actor === undefined ? {} : { actor }),
          ...(action === undefined ? {} : { action }),
        },
        orderBy: { id: "desc" },
        take: limit,
      });
      return rows.map((row) => ({
        ...row,
        id: String(row.id),
        at: row.at.toISOString(),
        outcome: row.outcome as AuditView["outcome"],
      }));
    },
    async close() {
      clearInterval(summaries);
      refusals.summarize();
      await writing;
    },
  };
}
