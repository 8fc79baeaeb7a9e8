import type { SnapshotChange } from "#core/registry/snapshot.ts";
import { parseRef } from "#core/resource/parse-ref.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import type { RevisionSummary } from "#core/view/config.ts";
import { parseBody } from "#server/config/stored-resource.ts";
import type { Database } from "#server/db/open-database.ts";
import type { Notify } from "#server/notify/notify.ts";

/** One revision as watchers get it. */
export interface RevisionEvent extends Omit<RevisionSummary, "changed"> {
  readonly changes: readonly RevisionChange[];
}

export interface RevisionChange {
  readonly ref: string;
  readonly op: "created" | "updated" | "deleted";
  /** Absent when deleted. */
  readonly resource?: AnyResource;
}

/** Every revision after `from`, each once and in order, until the signal. Reads from the database: a slow watcher queues nothing. */
export async function* watchRevisions(
  db: Database,
  notify: Notify,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<RevisionEvent> {
  let news = Promise.withResolvers<void>();
  const wake = (): void => news.resolve();
  const stopListening = notify.on("revisions", wake);
  signal.addEventListener("abort", wake, { once: true });
  try {
    let last = from;
    while (!signal.aborted) {
      const event = await readRevisionAfter(db, last);
      if (event === undefined) {
        await news.promise;
        // Before reading: of a revision that is written while we read, this very promise tells.
        news = Promise.withResolvers<void>();
        continue;
      }
      last = event.revision;
      yield event;
    }
  } finally {
    stopListening();
    signal.removeEventListener("abort", wake);
  }
}

async function readRevisionAfter(db: Database, last: number): Promise<RevisionEvent | undefined> {
  const row = await db.revision.findFirst({
    where: { number: { gt: last } },
    orderBy: { number: "asc" },
    include: { changes: { orderBy: { ref: "asc" } } },
  });
  if (row === null) return undefined;
  const { number, parent, author, reason, at } = row;
  const changes = row.changes.map(({ ref, op, body, createdAt }) => ({
    ref,
    op: op as RevisionChange["op"],
    ...(body === null ? {} : { resource: parseBody(ref, body, (createdAt ?? at).toISOString()) }),
  }));
  return { revision: number, parent, author, reason, at: at.toISOString(), changes };
}

/** The revision as the compiler takes it. */
export function toSnapshotChange({ revision, changes }: RevisionEvent): SnapshotChange {
  const upserts = changes.flatMap((change) => (change.resource === undefined ? [] : [change.resource]));
  const deletes = changes.flatMap((change) => (change.resource === undefined ? [parseRef(change.ref)] : []));
  return { revision, upserts, deletes, instanceUpserts: [], instanceDeletes: [] };
}
