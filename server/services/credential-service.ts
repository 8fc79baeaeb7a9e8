import type { CredentialFacts } from "#core/registry/credential.ts";
import type { CredentialMaterial } from "#core/registry/credential-material.ts";
import type { CredentialBook } from "#server/credentials/credential-book.ts";
import type { Notify } from "#server/notify/notify.ts";
import type { Audited } from "#server/services/audited.ts";
import { credentialUsers } from "#server/services/credential-uses.ts";
import type { MeshState } from "#server/services/mesh-state.ts";
import type { Services } from "#server/services/services.ts";
import { tellTime } from "#server/services/tell-time.ts";

export interface CredentialServiceOptions {
  readonly book: CredentialBook;
  readonly audited: Audited;
  readonly notify: Pick<Notify, "tell">;
  readonly state: Pick<MeshState, "snapshot">;
  readonly now?: () => number;
}

/** Credentials, as people write and see them: what they hold comes in and never out. */
export function createCredentialService(options: CredentialServiceOptions): Services["credentials"] {
  const { book, audited, notify, state, now = Date.now } = options;
  const users = () => credentialUsers(state.snapshot(), book.facts());
  return {
    async list() {
      const named = users();
      return book.list().map((each) => ({ ...each, namedBy: named.get(`${each.namespace}/${each.name}`) ?? [] }));
    },
    apply({ namespace, name, ...given }, caller) {
      return audited(
        { action: "credentials.apply", resource: `${namespace}/${name}`, caller },
        async () => {
          const at = now();
          // Without those that were not given.
          const material: CredentialMaterial = JSON.parse(JSON.stringify(given));
          const made = await book.apply({ namespace, name }, material, caller.principal.name, new Date(at));
          if (made.outcome !== "unchanged") await notify.tell("credentials");
          return { ...made, warnings: warnOf(made.facts, at) };
        },
        ({ outcome }) => outcome,
      );
    },
    remove(ref, caller) {
      const key = `${ref.namespace}/${ref.name}`;
      return audited(
        { action: "credentials.delete", resource: key, caller },
        async () => {
          // As they find it while it is there.
          const namedBy = users().get(key) ?? [];
          await book.remove(ref);
          await notify.tell("credentials");
          return { namedBy };
        },
        ({ namedBy }) => (namedBy.length === 0 ? "" : `named by ${namedBy.join(", ")}`),
      );
    },
  };
}

function warnOf(facts: CredentialFacts, nowMs: number): string[] {
  if (facts.kind === "damaged" || facts.certificate === undefined) return [];
  const told = tellTime(facts.certificate, nowMs);
  return told === undefined ? [] : [`the certificate ${told.text}`];
}
