import { PharosError } from "#core/errors.ts";
import type { ChangedResource, HistoryFilter, RevisionDetail, RevisionSummary } from "#core/view/config.ts";
import { readChanges } from "#server/config/restore.ts";
import { chunksOf } from "#server/config/write-revision.ts";
import type { Database } from "#server/db/open-database.ts";

type Changed = RevisionSummary["changed"];

/** References kept in memory at most, of all revisions together. */
const REFS_KEPT = 20_000;

/** Lists revisions. What each changed is kept once it was read: a revision never changes, and the first one may name thousands. */
export class History {
  readonly #db: Database;
  readonly #refsKept: number;
  /** By revision, the longest unread first. */
  readonly #kept = new Map<number, Changed>();
  #refs = 0;

  constructor(db: Database, refsKept: number = REFS_KEPT) {
    this.#db = db;
    this.#refsKept = refsKept;
  }

  /** Newest first. */
  async list(filter: HistoryFilter): Promise<RevisionSummary[]> {
    const rows = await this.#db.revision.findMany({
      where: {
        ...(filter.before === undefined ? {} : { number: { lt: filter.before } }),
        ...(filter.fromMs === undefined && filter.toMs === undefined ? {} : { at: timesOf(filter) }),
        ...(filter.ref === undefined ? {} : { changes: { some: { ref: filter.ref } } }),
      },
      orderBy: { number: "desc" },
      take: filter.limit,
    });
    const changed = await this.#changedBy(rows.map(({ number }) => number));
    return rows.map(({ number, parent, author, reason, at }) => ({
      revision: number,
      parent,
      author,
      reason,
      at: at.toISOString(),
      changed: changed.get(number) ?? [],
    }));
  }

  async #changedBy(numbers: readonly number[]): Promise<ReadonlyMap<number, Changed>> {
    const found = new Map<number, Changed>();
    for (const number of numbers) {
      const kept = this.#kept.get(number);
      if (kept === undefined) continue;
      found.set(number, kept);
      this.#kept.delete(number);
      this.#kept.set(number, kept);
    }
    const unread = numbers.filter((number) => !found.has(number));
    if (unread.length === 0) return found;
    const rows = await this.#db.resourceChange.findMany({
      where: { revision: { in: unread } },
      select: { revision: true, ref: true, op: true },
      orderBy: { ref: "asc" },
    });
    for (const [number, changes] of Map.groupBy(rows, ({ revision }) => revision)) {
      const changed = changes.map(({ ref, op }) => ({ ref, op: op as ChangedResource["op"] }));
      found.set(number, changed);
      this.#keep(number, changed);
    }
    return found;
  }

  #keep(number: number, changed: Changed): void {
    if (changed.length > this.#refsKept || this.#kept.has(number)) return;
    this.#kept.set(number, changed);
    this.#refs += changed.length;
    for (const [oldest, { length }] of this.#kept) {
      if (this.#refs <= this.#refsKept) return;
      this.#kept.delete(oldest);
      this.#refs -= length;
    }
  }
}

function timesOf({ fromMs, toMs }: HistoryFilter): { gte?: Date; lte?: Date } {
  return {
    ...(fromMs === undefined ? {} : { gte: new Date(fromMs) }),
    ...(toMs === undefined ? {} : { lte: new Date(toMs) }),
  };
}

/** One revision with the text of each resource before and after it. Throws `not-found`. */
export async function readRevision(db: Database, number: number): Promise<RevisionDetail> {
  const row = await db.revision.findUnique({ where: { number }, include: { changes: { orderBy: { ref: "asc" } } } });
  if (row === null)
    throw new PharosError("not-found", `there is no revision ${number}`, { hint: "`pharos history` lists them" });
  const before = new Map<string, string>();
  const previous = row.changes.flatMap(({ ref, previous: revision }) => (revision === null ? [] : [{ ref, revision }]));
  for (const chunk of chunksOf(previous)) {
    for (const { ref, text } of await readChanges(db, chunk)) if (text !== null) before.set(ref, text);
  }
  const changed = row.changes.map(({ ref, op, text }) => {
    const old = before.get(ref);
    return {
      ref,
      op: op as ChangedResource["op"],
      ...(old === undefined ? {} : { before: old }),
      ...(text === null ? {} : { after: text }),
    };
  });
  return {
    revision: row.number,
    parent: row.parent,
    author: row.author,
    reason: row.reason,
    at: row.at.toISOString(),
    changed,
  };
}
