import { PharosError } from "#core/errors.ts";
import type { ChangedResource, RevisionDetail, RevisionSummary } from "#core/view/config.ts";
import { readChanges } from "#server/config/restore.ts";
import { chunksOf } from "#server/config/write-revision.ts";
import type { Database } from "#server/db/open-database.ts";

export interface HistoryFilter {
  /** Only revisions that changed this resource. */
  readonly ref?: string | undefined;
  readonly limit: number;
  /** Only revisions with a smaller number: the next page. */
  readonly before?: number | undefined;
}

/** Revisions, newest first. */
export async function readHistory(db: Database, filter: HistoryFilter): Promise<RevisionSummary[]> {
  const rows = await db.revision.findMany({
    where: {
      ...(filter.before === undefined ? {} : { number: { lt: filter.before } }),
      ...(filter.ref === undefined ? {} : { changes: { some: { ref: filter.ref } } }),
    },
    orderBy: { number: "desc" },
    take: filter.limit,
    include: { changes: { select: { ref: true, op: true }, orderBy: { ref: "asc" } } },
  });
  return rows.map(({ number, parent, author, reason, at, changes }) => ({
    revision: number,
    parent,
    author,
    reason,
    at: at.toISOString(),
    changed: changes.map(({ ref, op }) => ({ ref, op: op as ChangedResource["op"] })),
  }));
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
