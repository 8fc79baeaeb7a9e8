import { PharosError } from "#core/errors.ts";
import { formatSpiffeId, isNamespace, isServiceAccount, parseSpiffeId } from "#core/identity/spiffe-id.ts";
import type { RevocationResult } from "#core/view/session.ts";
import type { Authority } from "#server/ca/authority.ts";
import type { RevocationBook, RevocationSubject } from "#server/ca/revocations.ts";
import type { IdentityStore } from "#server/ca/store.ts";
import type { Notify } from "#server/notify/notify.ts";
import type { Audited } from "#server/services/audited.ts";
import type { Services } from "#server/services/services.ts";

export interface RevocationServiceOptions {
  readonly book: RevocationBook;
  readonly identities: IdentityStore;
  readonly authority: Authority;
  readonly audited: Audited;
  /** Of "revocations": the mesh port refuses them and ends what they have open; proxies are told. */
  readonly notify: Notify;
  /** Takes the instances of an identity out of the mesh. */
  readonly dropInstances: (isMeant: (spiffeId: string) => boolean) => Promise<unknown>;
}

type RevocationService = Pick<Services["identity"], "revoke" | "liftRevocation" | "revocations">;

/** Revokes identities, namespaces, certificates and what was joined by a token; lifts that again. */
export function createRevocationService(options: RevocationServiceOptions): RevocationService {
  const { book, identities, authority, audited, notify, dropInstances } = options;

  return {
    revocations: () => book.list(),
    async revoke({ reason, ...input }, caller) {
      const resource = `${input.kind} ${input.subject}`;
      return audited(
        { action: "identity.revoke", resource, caller },
        async (): Promise<RevocationResult> => {
          const subject = await readSubject(input, identities, authority);
          const revocation = await book.add(subject, caller.principal.name, reason, new Date());
          await notify.tell("revocations");
          await dropInstances((spiffeId) => book.find({ spiffeId }) !== undefined);
          const revoked = await identities.listRevoked(new Date(), (credential) => book.find(credential));
          return { ...revocation, certificates: revoked.length };
        },
        () => reason,
      );
    },
    async liftRevocation({ id, reason }, caller) {
      return audited(
        { action: "identity.liftRevocation", resource: id, caller },
        async () => {
          const lifted = await book.lift(id, caller.principal.name, reason, new Date());
          await notify.tell("revocations");
          return lifted;
        },
        ({ kind, subject }) => `${kind} ${subject}${reason === "" ? "" : `: ${reason}`}`,
      );
    },
  };
}

/** As it is stored. Throws "invalid" for what is none of its kind, "not-found" for a certificate or token nobody knows. */
async function readSubject(
  { kind, subject }: RevocationSubject,
  identities: IdentityStore,
  authority: Authority,
): Promise<RevocationSubject> {
  switch (kind) {
    case "identity":
      return { kind, subject: readIdentity(subject, authority) };
    case "namespace":
      if (!isNamespace(subject)) throw new PharosError("invalid", `subject: ${subject} is not a valid namespace name`);
      return { kind, subject };
    case "certificate": {
      const found = await identities.findIssued(subject.replaceAll(":", "").toLowerCase());
      if (found === undefined)
        throw new PharosError(
          "not-found",
          `subject: no certificate with the serial or fingerprint ${subject} is known`,
          {
            hint: "`pharos identities` lists those in force",
          },
        );
      return { kind, subject: found.serial };
    }
    case "token":
      if ((await identities.findGrant(subject)) === undefined)
        throw new PharosError("not-found", `subject: no join token ${subject} is known`, {
          hint: "`pharos token list` shows them, `pharos identities` which certificate came of which",
        });
      return { kind, subject };
  }
}

function readIdentity(text: string, authority: Authority): string {
  const [namespace = "", serviceAccount = "", ...more] = text.split("/");
  const isShort = more.length === 0 && isNamespace(namespace) && isServiceAccount(serviceAccount);
  const spiffeId = isShort ? formatSpiffeId({ trustDomain: authority.trustDomain, namespace, serviceAccount }) : text;
  if (parseSpiffeId(spiffeId)?.trustDomain !== authority.trustDomain)
    throw new PharosError("invalid", `subject: ${text} is not an identity of ${authority.trustDomain}`, {
      hint: "give NAMESPACE/ACCOUNT, or the whole SPIFFE id",
    });
  if (spiffeId === authority.serverId)
    throw new PharosError("invalid", `subject: ${spiffeId} is the control plane's own identity`, {
      hint: "a root whose key is known to others is replaced, not revoked",
    });
  return spiffeId;
}
