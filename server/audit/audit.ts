import type { AuditView } from "#core/view/session.ts";
import type { Database } from "#server/db/open-database.ts";
import type { Logger } from "#server/log.ts";

export interface AuditLine {
  readonly actor: string;
  readonly action: string;
  readonly resource: string;
  readonly outcome: AuditView["outcome"];
  readonly reason: string;
  /** Address of the caller. */
  readonly from: string;
}

export interface Audit {
  /** Never throws and never waits; lines reach the log at once and the database in order. */
  write(line: AuditLine): void;
  list(filter: {
    limit: number;
    before?: string | undefined;
    actor?: string | undefined;
    action?: string | undefined;
  }): Promise<readonly AuditView[]>;
  /** Drops what is beyond the newest million lines: refusals cost whoever asks for them nothing. */
  forgetOldest(): Promise<void>;
  /** Resolves when all lines are stored. */
  close(): Promise<void>;
}

/** Beyond this many lines waiting (an attack, or a database that hangs) further ones go to the log alone, and it says so. */
const QUEUE_MAX = 10_000;
const KEPT_MAX = 1_000_000;
const TEXT_MAX = 2000;
const ACTION_MAX = 200;

/** One line for each write and each refused attempt. */
export function createAudit(db: Database, log: Logger, now: () => Date = () => new Date()): Audit {
  let queue: (AuditLine & { readonly at: Date })[] = [];
  let writing: Promise<void> | undefined;

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      const batch = queue;
      queue = [];
      await db.auditLine
        .createMany({ data: batch })
        .catch((error: unknown) =>
          log.error("audit lines were not stored", { count: batch.length, error: String(error) }),
        );
    }
    writing = undefined;
  }

  return {
    write(line) {
      const short = {
        ...line,
        // A path that nobody serves is an action too, and its length is the caller's.
        action: line.action.slice(0, ACTION_MAX),
        reason: line.reason.slice(0, TEXT_MAX),
        resource: line.resource.slice(0, TEXT_MAX),
      };
      if (line.outcome === "allowed") log.info("audit", short);
      else log.warn("audit", short);
      if (queue.length >= QUEUE_MAX) {
        log.error("the audit queue is full; this line is in the log only");
        return;
      }
      queue.push({ ...short, at: now() });
      writing ??= Promise.resolve().then(drain);
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
    async forgetOldest() {
      const newest = await db.auditLine.findFirst({ orderBy: { id: "desc" }, select: { id: true } });
      if (newest !== null && newest.id > KEPT_MAX)
        await db.auditLine.deleteMany({ where: { id: { lte: newest.id - KEPT_MAX } } });
    },
    async close() {
      await writing;
    },
  };
}
