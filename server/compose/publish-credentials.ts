import { isDeepStrictEqual } from "node:util";
import type { CredentialFacts } from "#core/registry/credential.ts";
import type { CredentialMaterial } from "#core/registry/credential-material.ts";
import type { CredentialBook } from "#server/credentials/credential-book.ts";
import type { Credentials } from "#server/mesh/protocol.ts";
import type { MeshHandle } from "#server/mesh/start-mesh.ts";
import type { Publisher } from "#server/services/publisher.ts";

export interface CredentialPublishing {
  facts(): Readonly<Record<string, CredentialFacts>>;
  /** What they hold, for the thread that serves it. */
  material(): Credentials;
  /** Brings what has changed in the store to those who compile; resolves when it is on its way to proxies. */
  publish(): Promise<void>;
}

/** Everybody who compiles learns which credentials there are; what they hold goes to the thread that serves proxies, and to no other. */
export function publishCredentials(
  book: CredentialBook,
  mesh: () => Pick<MeshHandle, "setCredentials">,
  publisher: Pick<Publisher, "compile">,
): CredentialPublishing {
  let published: ReadonlyMap<string, CredentialFacts> = book.facts();
  /** One after another: the last to be told is what the store has. */
  let turn: Promise<unknown> = Promise.resolve();
  const publish = async (): Promise<void> => {
    await book.read();
    const now = book.facts();
    const keys = new Set([...published.keys(), ...now.keys()]);
    const changed = [...keys].filter((key) => !isDeepStrictEqual(published.get(key), now.get(key)));
    if (changed.length === 0) return;
    published = now;
    const material = changed.map((key): [string, CredentialMaterial | null] => [
      key,
      book.material(key)?.reveal() ?? null,
    ]);
    // Before it is compiled: what is built then is what it holds now.
    // A thread that is being started begins with what the store has.
    await mesh()
      .setCredentials(Object.fromEntries(material))
      .catch(() => undefined);
    const credentials = Object.fromEntries(changed.map((key) => [key, now.get(key) ?? null]));
    await publisher.compile({ upserts: [], deletes: [], credentials });
  };
  return {
    facts: () => Object.fromEntries(published),
    material: () =>
      Object.fromEntries(
        [...published.keys()].flatMap((key) => {
          const held = book.material(key);
          return held === undefined ? [] : [[key, held.reveal()]];
        }),
      ),
    publish() {
      const next = turn.then(publish);
      turn = next.catch(() => undefined);
      return next;
    },
  };
}
