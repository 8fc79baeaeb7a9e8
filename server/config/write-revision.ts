import { setImmediate as yieldToOthers } from "node:timers/promises";
import { PharosError } from "#core/errors.ts";
import { parseRef } from "#core/resource/parse-ref.ts";
import type { ChangedResource } from "#core/view/config.ts";
import type { Write } from "#server/config/plan-changes.ts";
import type { Prisma, Resource } from "#server/db/gen/client.ts";

export type Transaction = Prisma.TransactionClient;

export interface RevisionOf {
  readonly author: string;
  readonly reason: string;
  /** "apply", "rollback 12", "undo 12" */
  readonly origin: string;
  readonly at: Date;
}

export interface Comparison {
  readonly changed: readonly { readonly write: Write; readonly head: Resource | undefined }[];
  readonly unchanged: readonly string[];
}

/** Rows of one statement: SQLite bounds its parameters, and others want a turn in between. */
const CHUNK = 500;

/**
 * Holds the writes against what stands. Throws `conflict` when a resource is not at the version its edit began from,
 * naming who changed it and when, and `not-found` for a delete of nothing.
 */
export async function compareWithHeads(tx: Transaction, writes: readonly Write[]): Promise<Comparison> {
  const heads = new Map<string, Resource>();
  for (const chunk of chunksOf(writes)) {
    for (const head of await tx.resource.findMany({ where: { ref: { in: chunk.map((write) => write.ref) } } }))
      heads.set(head.ref, head);
    await yieldToOthers();
  }
  const changed: { write: Write; head: Resource | undefined }[] = [];
  const unchanged: string[] = [];
  for (const write of writes) {
    const head = heads.get(write.ref);
    if (write.expectedVersion !== undefined && write.expectedVersion !== (head?.version ?? 0))
      throw await conflict(tx, write, head);
    if (write.resource === undefined && head === undefined) {
      throw new PharosError("not-found", `${write.ref} does not exist`, { hint: "`pharos get` lists what does" });
    }
    if (write.text !== undefined && write.text === head?.text) unchanged.push(write.ref);
    else changed.push({ write, head });
  }
  return { changed, unchanged };
}

/** Writes the next revision, its changes and the new heads; the transaction makes it all or nothing. */
export async function writeRevision(tx: Transaction, { changed }: Comparison, revision: RevisionOf): Promise<number> {
  const parent = await latestRevision(tx);
  const number = parent + 1;
  const { author, reason, origin, at } = revision;
  await tx.revision.create({ data: { number, parent: parent === 0 ? null : parent, author, reason, origin, at } });
  const rows = changed.map(({ write, head }) => {
    const { ref, resource, text } = write;
    const createdAt = write.createdAt ?? head?.createdAt ?? at;
    const isDelete = resource === undefined || text === undefined;
    const body = isDelete ? null : JSON.stringify(resource);
    const change = {
      revision: number,
      ref,
      op: opOf(isDelete, head),
      previous: head?.version ?? null,
      text: text ?? null,
      body,
      createdAt: isDelete ? null : createdAt,
    };
    return {
      change,
      head: isDelete
        ? undefined
        : { ...parseRef(ref), ref, version: number, author, text, body: body ?? "", createdAt, updatedAt: at },
    };
  });
  for (const chunk of chunksOf(rows)) {
    await tx.resourceChange.createMany({ data: chunk.map((row) => row.change) });
    const standing = chunk.flatMap((row) => (row.change.previous === null ? [] : [row.change.ref]));
    if (standing.length > 0) await tx.resource.deleteMany({ where: { ref: { in: standing } } });
    await tx.resource.createMany({ data: chunk.flatMap((row) => (row.head === undefined ? [] : [row.head])) });
    await yieldToOthers();
  }
  return number;
}

/** What changed, with the texts before and after. */
export function describeChanges({ changed }: Comparison): ChangedResource[] {
  return changed.map(({ write, head }) => ({
    ref: write.ref,
    op: opOf(write.resource === undefined, head),
    ...(head === undefined ? {} : { before: head.text }),
    ...(write.text === undefined ? {} : { after: write.text }),
  }));
}

/** 0 before the first. */
export async function latestRevision(tx: Transaction): Promise<number> {
  return (await tx.revision.aggregate({ _max: { number: true } }))._max.number ?? 0;
}

function opOf(isDelete: boolean, head: Resource | undefined): ChangedResource["op"] {
  if (isDelete) return "deleted";
  return head === undefined ? "created" : "updated";
}

async function conflict(tx: Transaction, write: Write, head: Resource | undefined): Promise<PharosError> {
  const last = await tx.resourceChange.findFirst({
    where: { ref: write.ref },
    orderBy: { revision: "desc" },
    include: { made: true },
  });
  if (last === null)
    return new PharosError("conflict", `${write.ref} does not exist`, {
      hint: "to create it leave metadata.resourceVersion out",
      details: { resource: write.ref },
    });
  const did =
    head === undefined ? "was deleted" : write.expectedVersion === 0 ? "exists already: it was written" : "was changed";
  const began = write.expectedVersion === 0 ? "" : `; your edit began from version ${write.expectedVersion}`;
  return new PharosError(
    "conflict",
    `${write.ref} ${did} by ${last.made.author} at ${last.made.at.toISOString()} (revision ${last.revision})${began}`,
    {
      hint: "read it again and put your change on top of theirs",
      details: { resource: write.ref },
    },
  );
}

export function* chunksOf<T>(items: readonly T[]): Generator<T[]> {
  for (let start = 0; start < items.length; start += CHUNK) yield items.slice(start, start + CHUNK);
}
