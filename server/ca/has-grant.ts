import { formatSpiffeId } from "#core/identity/spiffe-id.ts";
import type { Resource } from "#core/resource/resource.ts";
import type { RevocationBook } from "#server/ca/revocations.ts";
import type { IdentityStore } from "#server/ca/store.ts";

export interface Grants {
  readonly trustDomain: string;
  readonly store: Pick<IdentityStore, "joinedBy">;
  readonly revocations: Pick<RevocationBook, "find">;
}

/**
 * Whether an account was let into a group that names none: by a token for this group that somebody joined with, and that was not
 * revoked since. One from before the group was made was for another one by the same name (ADR 0018).
 */
export async function hasGrant(
  { trustDomain, store, revocations }: Grants,
  { metadata: { namespace, name, creationTimestamp } }: Resource<"WorkloadGroup">,
  serviceAccount: string,
): Promise<boolean> {
  const madeAt = new Date(creationTimestamp ?? 0);
  const spiffeId = formatSpiffeId({ trustDomain, namespace, serviceAccount });
  const tokens = await store.joinedBy(namespace, serviceAccount, name, madeAt);
  return tokens.some((grantId) => revocations.find({ spiffeId, grantId }) === undefined);
}
