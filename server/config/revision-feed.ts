import type { SnapshotChange } from "#core/registry/snapshot.ts";
import { parseRef } from "#core/resource/parse-ref.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import type { RevisionSummary } from "#core/view/config.ts";
import { parseBody } from "#server/config/stored-resource.ts";
import type { Database } from "#server/db/open-database.ts";

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

/** Wakes watchers when this process has written a revision. */
export interface RevisionBell {
  ring(): void;
  /** Settles at the next ring. */
  next(): Promise<void>;
}

export function createRevisionBell(): RevisionBell {
  let ringing = Promise.withResolvers<void>();
  return {
    ring() {
      ringing.resolve();
      ringing = Promise.withResolvers<void>();
    },
    next: () => ringing.promise,
  };
}

/** Every revision after `from`, each once and in order, until the signal. Reads from the database: a slow watcher queues nothing. */
export async function* watchRevisions(
  db: Database,
  bell: RevisionBell,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<RevisionEvent> {
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  let last = from;
  while (!signal.aborted) {
    // Taken before reading: a revision written while we read rings this very promise.
    const rung = bell.next();
    const event = await readRevisionAfter(db, last);
    if (event === undefined) {
      await Promise.race([rung, aborted]);
      continue;
    }
    last = event.revision;
    yield event;
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
