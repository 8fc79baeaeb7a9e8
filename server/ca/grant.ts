import { PharosError } from "#core/errors.ts";
import { accountStanding } from "#core/model/account-standing.ts";
import type { Resource } from "#core/resource/resource.ts";
import { expectedWorkload } from "#core/sources/declare-workload.ts";

/** What a join token allowed, and whoever renews on its strength goes on being allowed. */
export interface Grant {
  readonly id: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** The WorkloadGroup it was made for; null: none. */
  readonly group: string | null;
  readonly createdAt: Date;
}

export type FindGroup = (namespace: string, name: string) => Resource<"WorkloadGroup"> | undefined;

/**
 * Throws "unauthenticated" when the WorkloadGroup of a grant was deleted since, or is for another account. A group that was made
 * after the token is another one by the same name; a deletion that is undone brings the old one back (ADR 0018).
 */
export function requireGrant({ id, namespace, serviceAccount, group, createdAt }: Grant, findGroup: FindGroup): void {
  if (group === null) return;
  const found = findGroup(namespace, group);
  if (found === undefined) throw endedGrant(id, `WorkloadGroup ${namespace}/${group} was deleted`);
  const madeAt = found.metadata.creationTimestamp;
  if (madeAt !== undefined && Date.parse(madeAt) > createdAt.getTime())
    throw endedGrant(id, `WorkloadGroup ${namespace}/${group} was deleted, and made anew at ${madeAt}`);
  const expected = expectedWorkload(found);
  if (accountStanding(expected, serviceAccount) === "another")
    throw endedGrant(
      id,
      `WorkloadGroup ${namespace}/${group} is for account ${expected.serviceAccount} now, not ${serviceAccount}`,
    );
}

function endedGrant(id: string, why: string): PharosError {
  return new PharosError("unauthenticated", `what join token ${id} allowed has ended: ${why}`, {
    hint: "make a new one with `pharos token create` for a group that is there",
  });
}
