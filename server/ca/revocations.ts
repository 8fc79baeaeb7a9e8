import { randomBytes } from "node:crypto";
import { PharosError } from "#core/errors.ts";
import { parseSpiffeId } from "#core/identity/spiffe-id.ts";
import type { RevocationKind, RevocationView } from "#core/view/session.ts";
import type { Revocation as Row } from "#server/db/gen/client.ts";
import type { Database } from "#server/db/open-database.ts";

/** What is known of a certificate that somebody shows, or of the identity a join token is for. */
export interface Credential {
  readonly spiffeId: string;
  /** Lower-case hex; absent for one who has none yet. */
  readonly serial?: string | undefined;
  /** The join token at the head of its chain. */
  readonly grantId?: string | null | undefined;
}

export interface RevocationSubject {
  readonly kind: RevocationKind;
  readonly subject: string;
}

const LISTED = 500;
const keyOf = ({ kind, subject }: RevocationSubject): string => `${kind} ${subject}`;

/** One clause: who said so, when and why. */
export function describeRevocation({ kind, subject, createdBy, createdAt, reason }: RevocationView): string {
  const isItself = kind === "certificate" || kind === "identity";
  const what = isItself ? "was" : `belongs to ${kind === "token" ? "join token" : kind} ${subject}, which was`;
  return `${what} revoked by ${createdBy} at ${createdAt}: ${reason}`;
}

/** "unauthenticated", naming the revocation. */
function revokedError(credential: Credential, revocation: RevocationView): PharosError {
  const what =
    credential.serial === undefined
      ? credential.spiffeId
      : `certificate ${credential.serial} of ${credential.spiffeId}`;
  return new PharosError("unauthenticated", `${what} ${describeRevocation(revocation)}`, {
    hint: `an operator lifts it with \`pharos revoke lift ${revocation.id}\``,
  });
}

/** What is revoked: kept in the database, held in memory so that every call can be asked. */
export class RevocationBook {
  readonly #db: Database;
  readonly #active = new Map<string, RevocationView>();
  /**
   * One after another: two that revoke the same thing at one moment do not both find that it is not revoked, and what is revoked
   * while the database is read is not dropped for having come after the reading.
   */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(db: Database) {
    this.#db = db;
  }

  static async open(db: Database): Promise<RevocationBook> {
    const book = new RevocationBook(db);
    await book.read();
    return book;
  }

  /** Takes over what the database has, whoever wrote it. */
  read(): Promise<void> {
    return this.#inTurn(() => this.#read());
  }

  async #read(): Promise<void> {
    const rows = await this.#db.revocation.findMany({ where: { liftedAt: null } });
    this.#active.clear();
    for (const row of rows) this.#hold(viewOf(row));
  }

  active(): readonly RevocationView[] {
    return [...this.#active.values()];
  }

  /** The revocation that makes it worthless, the widest first. */
  find({ spiffeId, serial, grantId }: Credential): RevocationView | undefined {
    const namespace = parseSpiffeId(spiffeId)?.namespace;
    const asked: RevocationSubject[] = [
      ...(namespace === undefined ? [] : [{ kind: "namespace", subject: namespace } as const]),
      { kind: "identity", subject: spiffeId },
      ...(grantId ? [{ kind: "token", subject: grantId } as const] : []),
      ...(serial === undefined ? [] : [{ kind: "certificate", subject: serial } as const]),
    ];
    return asked.map((each) => this.#active.get(keyOf(each))).find((found) => found !== undefined);
  }

  /** Throws "unauthenticated" with who revoked it, when and why. */
  require(credential: Credential): void {
    const found = this.find(credential);
    if (found !== undefined) throw revokedError(credential, found);
  }

  /** Newest first, also those that were lifted. */
  async list(): Promise<readonly RevocationView[]> {
    return (await this.#db.revocation.findMany({ orderBy: { createdAt: "desc" }, take: LISTED })).map(viewOf);
  }

  /** Stored when it returns. Throws "conflict" when it is revoked already. */
  add(subject: RevocationSubject, by: string, reason: string, now: Date): Promise<RevocationView> {
    return this.#inTurn(() => this.#add(subject, by, reason, now));
  }

  async #add(subject: RevocationSubject, by: string, reason: string, now: Date): Promise<RevocationView> {
    const known = this.#active.get(keyOf(subject));
    if (known !== undefined)
      throw new PharosError(
        "conflict",
        `${subject.kind} ${subject.subject} is revoked already, by ${known.createdBy}`,
        {
          hint: `see \`pharos revoke list\`; lift it with \`pharos revoke lift ${known.id}\``,
        },
      );
    const id = randomBytes(6).toString("base64url").replaceAll(/[-_]/g, "x");
    const row = await this.#db.revocation.create({
      data: { id, ...subject, reason, createdBy: by, createdAt: now },
    });
    const view = viewOf(row);
    this.#hold(view);
    return view;
  }

  /** Throws "not-found" when no such revocation stands. */
  lift(id: string, by: string, reason: string, now: Date): Promise<RevocationView> {
    return this.#inTurn(() => this.#lift(id, by, reason, now));
  }

  async #lift(id: string, by: string, reason: string, now: Date): Promise<RevocationView> {
    const row = await this.#db.revocation.findFirst({ where: { id, liftedAt: null } });
    if (row === null)
      throw new PharosError("not-found", `no revocation ${id} stands`, { hint: "`pharos revoke list` shows them" });
    const view = viewOf(row);
    // All that say so of it: whoever lifts one means that it is believed again.
    await this.#db.revocation.updateMany({
      where: { kind: view.kind, subject: view.subject, liftedAt: null },
      data: { liftedAt: now, liftedBy: by, liftReason: reason },
    });
    this.#active.delete(keyOf(view));
    return { ...view, lifted: { at: now.toISOString(), by, reason } };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #hold(view: RevocationView): void {
    this.#active.set(keyOf(view), view);
  }
}

function viewOf({
  id,
  kind,
  subject,
  reason,
  createdBy,
  createdAt,
  liftedAt,
  liftedBy,
  liftReason,
}: Row): RevocationView {
  return {
    id,
    kind: kind as RevocationKind,
    subject,
    reason,
    createdBy,
    createdAt: createdAt.toISOString(),
    lifted:
      liftedAt === null ? null : { at: liftedAt.toISOString(), by: liftedBy ?? "unknown", reason: liftReason ?? "" },
  };
}
