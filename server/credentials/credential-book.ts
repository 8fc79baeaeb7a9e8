import { z } from "zod";
import { PharosError } from "#core/errors.ts";
import type { CredentialFacts } from "#core/registry/credential.ts";
import type { CredentialMaterial } from "#core/registry/credential-material.ts";
import { Secret } from "#core/secret.ts";
import type { CredentialApplied, CredentialView } from "#core/view/credential.ts";
import type { CredentialCipher } from "#server/credentials/credential-cipher.ts";
import { readCredential } from "#server/credentials/read-credential.ts";
import type { Credential as Row } from "#server/db/gen/client.ts";
import type { Database } from "#server/db/open-database.ts";

export interface CredentialRef {
  readonly namespace: string;
  readonly name: string;
}

interface Held {
  /** As the database has it. */
  readonly sealed: string;
  readonly view: CredentialView;
  /** Undefined of one that is damaged. */
  readonly material: Secret<CredentialMaterial> | undefined;
}

const MaterialSchema = z.object({
  certificate: z.string().optional(),
  key: z.string().optional(),
  roots: z.string().optional(),
  revocationList: z.string().optional(),
});

const keyOf = ({ namespace, name }: CredentialRef): string => `${namespace}/${name}`;

/** Credentials: sealed in the database, held in memory for whoever serves them. */
export class CredentialBook {
  readonly #db: Database;
  readonly #cipher: CredentialCipher;
  readonly #held = new Map<string, Held>();
  #facts: ReadonlyMap<string, CredentialFacts> | undefined;
  /** One after another: what is held is what was stored last. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(db: Database, cipher: CredentialCipher) {
    this.#db = db;
    this.#cipher = cipher;
  }

  static async open(db: Database, cipher: CredentialCipher): Promise<CredentialBook> {
    const book = new CredentialBook(db, cipher);
    await book.read();
    return book;
  }

  /** Takes over what the database has, whoever wrote it; what is still the same is not opened again. */
  read(): Promise<void> {
    return this.#inTurn(async () => {
      const rows = await this.#db.credential.findMany();
      const before = new Map(this.#held);
      this.#held.clear();
      for (const row of rows) {
        const known = before.get(row.key);
        this.#held.set(row.key, known?.sealed === row.sealed ? known : this.#open(row));
      }
    });
  }

  /** By namespace and name. */
  list(): readonly CredentialView[] {
    return [...this.#held.values()].map(({ view }) => view).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  }

  /** By `namespace/name`; the same map until one of them changes. */
  facts(): ReadonlyMap<string, CredentialFacts> {
    this.#facts ??= new Map(Array.from(this.#held, ([key, { view }]) => [key, view.facts]));
    return this.#facts;
  }

  /** What it holds, for who serves it; undefined of one that is not there or is damaged. */
  material(key: string): Secret<CredentialMaterial> | undefined {
    return this.#held.get(key)?.material;
  }

  /** Stored when it returns. Throws "invalid", naming the field, for what no proxy could serve. */
  async apply(
    ref: CredentialRef,
    material: CredentialMaterial,
    by: string,
    now: Date,
  ): Promise<Omit<CredentialApplied, "warnings">> {
    const facts = readCredential(material);
    return this.#inTurn(async () => {
      const key = keyOf(ref);
      const before = this.#held.get(key);
      if (before?.view.facts.kind === "usable" && before.view.facts.digest === facts.digest)
        return { ...before.view, outcome: "unchanged" };
      const { namespace, name } = ref;
      const data = {
        namespace,
        name,
        sealed: this.#cipher.seal(JSON.stringify(material), key),
        updatedAt: now,
        updatedBy: by,
      };
      await this.#db.credential.upsert({ where: { key }, create: { key, ...data }, update: data });
      const view = { namespace, name, facts, updatedAt: now.toISOString(), updatedBy: by };
      this.#held.set(key, { sealed: data.sealed, view, material: new Secret(material) });
      return { ...view, outcome: before === undefined ? "created" : "updated" };
    });
  }

  /** Throws "not-found" for one that is not there. */
  async remove(ref: CredentialRef): Promise<void> {
    const key = keyOf(ref);
    await this.#inTurn(async () => {
      const { count } = await this.#db.credential.deleteMany({ where: { key } });
      this.#held.delete(key);
      if (count === 0)
        throw new PharosError("not-found", `no credential ${key}`, {
          hint: "`pharos credential list` shows those there are",
        });
    });
  }

  #open({ key, namespace, name, sealed, updatedAt, updatedBy }: Row): Held {
    const about = { namespace, name, updatedAt: updatedAt.toISOString(), updatedBy };
    try {
      const material = MaterialSchema.parse(JSON.parse(this.#cipher.open(sealed, key))) as CredentialMaterial;
      return { sealed, view: { ...about, facts: readCredential(material) }, material: new Secret(material) };
    } catch {
      return { sealed, view: { ...about, facts: { kind: "damaged" } }, material: undefined };
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work).finally(() => {
      this.#facts = undefined;
    });
    this.#turn = done.catch(() => undefined);
    return done;
  }
}
