import { hasErrors } from "#core/diagnostic.ts";
import { PharosError } from "#core/errors.ts";
import type { ConfigChange } from "#core/resource/config-change.ts";
import { parseRef } from "#core/resource/parse-ref.ts";
import { type AnyResource, formatRef, type ResourceRef } from "#core/resource/resource.ts";
import type { ApplyResult, HistoryFilter, RevisionDetail, RevisionSummary } from "#core/view/config.ts";
import { History, readRevision } from "#server/config/history.ts";
import { type PlannedChanges, planChanges, type Write } from "#server/config/plan-changes.ts";
import { planRollback, planUndo } from "#server/config/restore.ts";
import { type RevisionEvent, watchRevisions } from "#server/config/revision-feed.ts";
import { parseRow, type StoredResource } from "#server/config/stored-resource.ts";
import {
  type Comparison,
  compareWithHeads,
  describeChanges,
  latestRevision,
  type RevisionOf,
  type Transaction,
  writeRevision,
} from "#server/config/write-revision.ts";
import { foldLog } from "#server/db/fold-log.ts";
import type { Database } from "#server/db/open-database.ts";
import type { Notify } from "#server/notify/notify.ts";
import { ProcessNotify } from "#server/notify/process-notify.ts";

export interface ApplyInput {
  /** As they come, or as they were read elsewhere. */
  readonly changes: readonly ConfigChange[] | PlannedChanges;
  readonly author: string;
  readonly reason: string;
  /** Once it is aborted nothing is written, and "unavailable" is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** What a set of changes would write, for check and preview. */
export interface Plan extends Omit<ApplyResult, "revision"> {
  readonly upserts: readonly AnyResource[];
  readonly deletes: readonly ResourceRef[];
}

/** The configuration and its whole history. Every method throws PharosError only. */
export interface ConfigStore {
  list(filter?: {
    kinds?: readonly string[] | undefined;
    namespace?: string | undefined;
  }): Promise<readonly StoredResource[]>;
  /** Throws `not-found`. */
  get(ref: string): Promise<StoredResource>;
  /** Writes nothing. Throws what `apply` would, and like it returns what the user got wrong as diagnostics. */
  plan(changes: readonly ConfigChange[] | PlannedChanges): Promise<Plan>;
  /** All or nothing, as one new revision; none when nothing differs or a diagnostic is an error. Throws `conflict`. */
  apply(input: ApplyInput): Promise<ApplyResult>;
  history(filter: HistoryFilter): Promise<readonly RevisionSummary[]>;
  revision(revision: number): Promise<RevisionDetail>;
  /** Brings back the state as of a revision (0: empty) as a new one. */
  rollback(revision: number, author: string, reason: string): Promise<ApplyResult>;
  /** What `rollback` or `undo` of the revision would write, for its preview; nothing where all is as it was. Throws what they would. */
  restoreChanges(revision: number, way: "rollback" | "undo"): Promise<readonly ConfigChange[]>;
  /** Takes back exactly what a revision did, as a new one. Throws `conflict` when one of its resources changed since. */
  undo(revision: number, author: string, reason: string): Promise<ApplyResult>;
  /** 0 before the first. */
  latest(): Promise<number>;
  /** Every revision after `fromRevision`, once and in order. */
  watch(fromRevision: number, signal: AbortSignal): AsyncIterable<RevisionEvent>;
  /** All resources and the revision they are of, read in one moment. */
  snapshotResources(): Promise<{ readonly revision: number; readonly resources: readonly AnyResource[] }>;
}

export function createConfigStore(
  db: Database,
  notify: Notify = new ProcessNotify(),
  now: () => Date = () => new Date(),
): ConfigStore {
  const history = new History(db);

  async function write(
    plan: (tx: Transaction) => Promise<readonly Write[]>,
    revision: Omit<RevisionOf, "at">,
  ): Promise<{ number: number | null; comparison: Comparison }> {
    const written = await db.$transaction(async (tx) => {
      const comparison = await compareWithHeads(tx, await plan(tx));
      if (comparison.changed.length === 0) return { number: null, comparison };
      return { number: await writeRevision(tx, comparison, { ...revision, at: now() }), comparison };
    });
    if (written.number !== null) {
      void notify.tell("revisions");
      await foldLog(db);
    }
    return written;
  }

  async function restore(
    plan: (tx: Transaction) => Promise<readonly Write[]>,
    revision: Omit<RevisionOf, "at">,
  ): Promise<ApplyResult> {
    const { number, comparison } = await write(plan, revision);
    return { revision: number, changed: describeChanges(comparison), unchanged: comparison.unchanged, diagnostics: [] };
  }

  return {
    async list(filter = {}) {
      const rows = await db.resource.findMany({
        where: {
          ...(filter.kinds === undefined ? {} : { kind: { in: [...filter.kinds] } }),
          ...(filter.namespace === undefined ? {} : { namespace: filter.namespace }),
        },
        orderBy: [{ kind: "asc" }, { namespace: "asc" }, { name: "asc" }],
      });
      return rows.map(parseRow);
    },
    async get(text) {
      const ref = formatRef(parseRef(text));
      const row = await db.resource.findUnique({ where: { ref } });
      if (row === null)
        throw new PharosError("not-found", `${ref} does not exist`, { hint: "`pharos get` lists what does" });
      return parseRow(row);
    },
    async plan(changes) {
      const { writes, diagnostics } = "writes" in changes ? changes : await planChanges(changes);
      const comparison = await db.$transaction((tx) => compareWithHeads(tx, writes));
      const upserts = comparison.changed.flatMap(({ write: { resource } }) =>
        resource === undefined ? [] : [resource],
      );
      const deletes = comparison.changed.flatMap(({ write: { resource, ref } }) =>
        resource === undefined ? [parseRef(ref)] : [],
      );
      return { changed: describeChanges(comparison), unchanged: comparison.unchanged, diagnostics, upserts, deletes };
    },
    async apply({ changes, author, reason, signal }) {
      const { writes, diagnostics } = "writes" in changes ? changes : await planChanges(changes);
      if (hasErrors(diagnostics)) return { revision: null, changed: [], unchanged: [], diagnostics };
      // Asked in the transaction: what waited for its turn may not be wanted any more.
      const plan = async (): Promise<readonly Write[]> => {
        if (signal?.aborted) throw new PharosError("unavailable", "the caller no longer waits for this");
        return writes;
      };
      return { ...(await restore(plan, { author, reason, origin: "apply" })), diagnostics };
    },
    history: (filter) => history.list(filter),
    revision: (number) => readRevision(db, number),
    rollback: (number, author, reason) =>
      restore((tx) => planRollback(tx, number), {
        author,
        reason: reason || `roll back to revision ${number}`,
        origin: `rollback ${number}`,
      }),
    restoreChanges: (number, way) =>
      db.$transaction(async (tx) => {
        const plan = way === "undo" ? planUndo : planRollback;
        const { changed } = await compareWithHeads(tx, await plan(tx, number));
        return changed.map(
          ({ write: { ref, text } }): ConfigChange =>
            text === undefined ? { op: "delete", ref } : { op: "upsert", text },
        );
      }),
    undo: (number, author, reason) =>
      restore((tx) => planUndo(tx, number), {
        author,
        reason: reason || `undo of revision ${number}`,
        origin: `undo ${number}`,
      }),
    latest: () => latestRevision(db),
    watch: (fromRevision, signal) => watchRevisions(db, notify, fromRevision, signal),
    snapshotResources: () =>
      db.$transaction(async (tx) => ({
        revision: await latestRevision(tx),
        resources: (await tx.resource.findMany({ orderBy: { ref: "asc" } })).map((row) => parseRow(row).resource),
      })),
  };
}
