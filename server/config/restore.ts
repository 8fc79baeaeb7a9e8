import { PharosError } from "#core/errors.ts";
import type { Write } from "#server/config/plan-changes.ts";
import { parseBody } from "#server/config/stored-resource.ts";
import { chunksOf, latestRevision, type Transaction } from "#server/config/write-revision.ts";

interface PastChange {
  readonly ref: string;
  readonly text: string | null;
  readonly body: string | null;
  readonly createdAt: Date | null;
}

/** The writes that bring back the configuration as of a revision; 0 is the empty one. */
export async function planRollback(tx: Transaction, revision: number): Promise<Write[]> {
  const latest = await latestRevision(tx);
  if (revision > latest || revision < 0)
    throw new PharosError("not-found", `there is no revision ${revision}`, { hint: `the latest is ${latest}` });
  const later = await tx.resourceChange.findMany({
    where: { revision: { gt: revision } },
    distinct: ["ref"],
    select: { ref: true },
  });
  const then = new Map<string, PastChange>();
  const standing = new Set<string>();
  for (const refs of chunksOf(later.map((change) => change.ref))) {
    const newest = await tx.resourceChange.groupBy({
      by: ["ref"],
      where: { ref: { in: refs }, revision: { lte: revision } },
      _max: { revision: true },
    });
    const keys = newest.flatMap(({ ref, _max }) => (_max.revision === null ? [] : [{ ref, revision: _max.revision }]));
    for (const change of await readChanges(tx, keys)) then.set(change.ref, change);
    for (const { ref } of await tx.resource.findMany({ where: { ref: { in: refs } }, select: { ref: true } }))
      standing.add(ref);
  }
  return (
    later
      .map(({ ref }) => then.get(ref) ?? absent(ref))
      // Absent then and absent now, whatever happened in between: nothing to do.
      .filter((change) => change.text !== null || standing.has(change.ref))
      .map(writeOf)
  );
}

/** The writes that take back exactly what a revision did; throws `conflict` when one of its resources changed since. */
export async function planUndo(tx: Transaction, revision: number): Promise<Write[]> {
  const changes = await tx.resourceChange.findMany({
    where: { revision },
    orderBy: { ref: "asc" },
    select: { ref: true, previous: true },
  });
  if (changes.length === 0) throw new PharosError("not-found", `there is no revision ${revision}`);
  const before = new Map<string, PastChange>();
  for (const chunk of chunksOf(changes)) {
    const later = await tx.resourceChange.findFirst({
      where: { ref: { in: chunk.map((change) => change.ref) }, revision: { gt: revision } },
      orderBy: { revision: "desc" },
      include: { made: true },
    });
    if (later !== null) {
      throw new PharosError(
        "conflict",
        `${later.ref} was ${later.op} since, by ${later.made.author} at ${later.made.at.toISOString()} (revision ${later.revision})`,
        {
          hint: `undo revision ${later.revision} first, or edit ${later.ref} by hand`,
          details: { resource: later.ref },
        },
      );
    }
    const keys = chunk.flatMap(({ ref, previous }) => (previous === null ? [] : [{ ref, revision: previous }]));
    for (const change of await readChanges(tx, keys)) before.set(change.ref, change);
  }
  return changes.map(({ ref }) => writeOf(before.get(ref) ?? absent(ref)));
}

/** The changes with these keys, at most a chunk of them. */
export async function readChanges(
  tx: Transaction,
  keys: readonly { readonly ref: string; readonly revision: number }[],
): Promise<PastChange[]> {
  if (keys.length === 0) return [];
  // By revision and reference apart: a condition for each pair would be one long chain of ORs.
  const wanted = new Map(keys.map(({ ref, revision }) => [ref, revision]));
  const rows = await tx.resourceChange.findMany({
    where: { ref: { in: [...wanted.keys()] }, revision: { in: [...new Set(wanted.values())] } },
    select: { ref: true, revision: true, text: true, body: true, createdAt: true },
  });
  return rows.filter((row) => wanted.get(row.ref) === row.revision);
}

function absent(ref: string): PastChange {
  return { ref, text: null, body: null, createdAt: null };
}

function writeOf({ ref, text, body, createdAt }: PastChange): Write {
  if (text === null || body === null || createdAt === null) return { ref };
  const { metadata, ...rest } = parseBody(ref, body, createdAt.toISOString());
  const { creationTimestamp: _, ...kept } = metadata;
  return { ref, text, createdAt, resource: { ...rest, metadata: kept } as NonNullable<Write["resource"]> };
}
