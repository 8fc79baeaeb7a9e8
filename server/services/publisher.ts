import type { Diagnostic } from "#core/diagnostic.ts";
import { PharosError } from "#core/errors.ts";
import type { CredentialFacts } from "#core/registry/credential.ts";
import type { Snapshot, SnapshotChange } from "#core/registry/snapshot.ts";
import { takeChanged } from "#core/registry/take-changed.ts";
import { type AnyResource, formatRef, refOf } from "#core/resource/resource.ts";
import type { Mesh } from "#server/services/dependencies.ts";
import type { MeshState } from "#server/services/mesh-state.ts";

/** What is not written as resources. */
type Fetched = Pick<SnapshotChange, "keySets" | "credentials">;

/** Revisions whose outcome is kept. */
const KEPT = 200;

/** Brings changes to the state of this thread and to the compiler's, one after another and in the same order. */
export class Publisher {
  readonly #state: MeshState;
  readonly #mesh: () => Pick<Mesh, "apply">;
  readonly #onError: (error: PharosError) => void;
  #last: Promise<void> = Promise.resolve();
  #revision: number;
  readonly #waiting = new Map<number, (() => void)[]>();
  /** What a revision brought that cannot be translated; for those alone that brought something. */
  readonly #outcomes = new Map<number, readonly Diagnostic[]>();
  #findings: readonly Diagnostic[] = [];
  readonly #listeners: ((change: SnapshotChange) => void)[] = [];
  readonly #followers: ((change: SnapshotChange) => void)[] = [];
  /** What the server adds to what people wrote, by ref. */
  readonly #own = new Map<string, AnyResource>();
  /** Key sets that it fetched, by where from. */
  readonly #keySets = new Map<string, string>();
  /** Facts of stored credentials, by `namespace/name`. */
  readonly #credentials = new Map<string, CredentialFacts>();

  constructor(state: MeshState, mesh: () => Pick<Mesh, "apply">, onError: (error: PharosError) => void) {
    this.#state = state;
    this.#mesh = mesh;
    this.#onError = onError;
    this.#revision = state.revision;
  }

  /**
   * All that proxies' configuration is made of: what people wrote and the server's own. Every compiler begins with this and follows
   * by `onCompile`, so that what a preview says is what the proxies would get.
   */
  world(): Snapshot {
    const snapshot = this.#state.snapshot();
    if (this.#own.size + this.#keySets.size + this.#credentials.size === 0) return snapshot;
    return {
      ...snapshot,
      resources: [...snapshot.resources, ...this.#own.values()],
      keySets: Object.fromEntries(this.#keySets),
      credentials: Object.fromEntries(this.#credentials),
    };
  }

  /** Calls `follower` with each change of the world, once `world` has it. */
  onCompile(follower: (change: SnapshotChange) => void): void {
    this.#followers.push(follower);
  }

  /** Adds to the world what is the server's own, before there is a compiler. */
  begin(own: readonly AnyResource[], { keySets, credentials }: Fetched = {}): void {
    takeChanged(this.#keySets, keySets);
    takeChanged(this.#credentials, credentials);
    for (const resource of own) this.#own.set(formatRef(refOf(resource)), resource);
  }

  /** Calls `listener` with each change of what people wrote, and of the registry, once the state of this thread has it. */
  onPublish(listener: (change: SnapshotChange) => void): void {
    this.#listeners.push(listener);
  }

  publish(change: SnapshotChange): void {
    this.#state.apply(change);
    for (const listener of [...this.#listeners, ...this.#followers]) listener(change);
    // The compiler takes them one after another: what it finds wrong with one is looked for while it compiles the next.
    const compiled = this.#compile(change);
    this.#last = this.#last
      .then(async () => this.#compiled(change, (await compiled).diagnostics))
      .catch((error: unknown) => this.#failed(change, PharosError.from(error)))
      .then(() => this.#reached(change.revision));
  }

  /** Brings what is the server's own to those that compile alone, after what was published before. */
  async compile(change: Pick<SnapshotChange, "upserts" | "deletes"> & Fetched): Promise<void> {
    const whole = { revision: this.#state.revision, instanceUpserts: [], instanceDeletes: [], ...change };
    for (const ref of change.deletes) this.#own.delete(formatRef(ref));
    this.begin(change.upserts, change);
    for (const follower of this.#followers) follower(whole);
    const compiled = this.#compile(whole);
    this.#last = this.#last
      .then(() => compiled)
      .then(
        () => undefined,
        (error: unknown) => this.#onError(PharosError.from(error)),
      );
    await compiled;
  }

  /** Begins at once; a failure is for whoever waits for it. */
  #compile(change: SnapshotChange): ReturnType<Mesh["apply"]> {
    const compiled = (async () => this.#mesh().apply(change))();
    compiled.catch(() => undefined);
    return compiled;
  }

  /**
   * What the compiler found wrong with the configuration as it stands: what it could not translate, of which proxies keep what they had,
   * and what it left out or had no place for. What several proxies have in common is told once.
   */
  get findings(): readonly Diagnostic[] {
    return this.#findings;
  }

  /** Whether the compiler has a revision. */
  has(revision: number): boolean {
    return this.#revision >= revision;
  }

  /** What a revision brought that could not be translated; empty for one that is not known any more. */
  outcome(revision: number): readonly Diagnostic[] {
    return this.#outcomes.get(revision) ?? [];
  }

  /** Resolves when the compiler has a revision, with what of it could not be translated. */
  async published(revision: number): Promise<readonly Diagnostic[]> {
    if (this.#revision < revision)
      await new Promise<void>((resolve) =>
        this.#waiting.set(revision, [...(this.#waiting.get(revision) ?? []), resolve]),
      );
    return this.outcome(revision);
  }

  #compiled(change: SnapshotChange, diagnostics: readonly Diagnostic[]): void {
    const found = [...new Map(diagnostics.map((each) => [keyOf(each), each])).values()];
    const failures = found.filter(({ code }) => code === "not-translated");
    const before = new Set(this.#findings.map(({ resource, message }) => `${resource} ${message}`));
    const touched = new Set([...change.upserts.map(refOf), ...change.deletes].map(formatRef));
    this.#findings = found;
    if (touched.size === 0) return;
    this.#remember(
      change.revision,
      failures.filter(({ resource, message }) => touched.has(resource ?? "") || !before.has(`${resource} ${message}`)),
    );
  }

  #failed(change: SnapshotChange, error: PharosError): void {
    this.#onError(error);
    // The thread is being started again from the configuration as it stands, this change included.
    if (error.code === "unavailable" || change.upserts.length + change.deletes.length === 0) return;
    this.#remember(change.revision, [
      {
        severity: "error",
        code: "not-translated",
        message: `revision ${change.revision} did not reach the compiler: ${error.message.split("\n", 1)[0]}; proxies keep what they had`,
        hint: `the server's log says more; \`pharos rollback ${change.revision} --undo\` takes it back`,
      },
    ]);
  }

  #remember(revision: number, failures: readonly Diagnostic[]): void {
    if (failures.length > 0) this.#outcomes.set(revision, failures);
    for (const old of this.#outcomes.keys()) {
      if (this.#outcomes.size <= KEPT) break;
      this.#outcomes.delete(old);
    }
  }

  #reached(revision: number): void {
    this.#revision = Math.max(this.#revision, revision);
    for (const [wanted, resolves] of this.#waiting) {
      if (wanted > this.#revision) continue;
      this.#waiting.delete(wanted);
      for (const resolve of resolves) resolve();
    }
  }
}

function keyOf({ code, resource, path, message }: Diagnostic): string {
  return JSON.stringify([code, resource, path, message]);
}
