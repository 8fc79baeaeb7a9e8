import type { Revoked } from "#core/identity/revoked.ts";
import type { Authority } from "#server/ca/authority.ts";
import { describeRevocation, type RevocationBook } from "#server/ca/revocations.ts";
import type { IdentityStore } from "#server/ca/store.ts";

/** What the mesh port refuses and proxies are told, from what is revoked and which certificates are in their time. */
export async function describeRevoked(
  book: RevocationBook,
  identities: IdentityStore,
  authority: Authority,
  nowMs: number,
): Promise<Revoked> {
  const active = book.active();
  const of = (kind: string): Map<string, string> =>
    new Map(active.flatMap((each) => (each.kind === kind ? [[each.subject, describeRevocation(each)]] : [])));
  const revoked =
    active.length === 0 ? [] : await identities.listRevoked(new Date(nowMs), (credential) => book.find(credential));
  const serials = new Map(revoked.map(({ serial, revocation }) => [serial, describeRevocation(revocation)]));
  return {
    namespaces: of("namespace"),
    identities: of("identity"),
    serials,
    lists:
      revoked.length === 0
        ? new Map()
        : new Map([[authority.fingerprint, await authority.signRevocations([...serials.keys()], nowMs)]]),
  };
}
