import type { EndedRequest } from "#core/rate-limit/final-cost.ts";

type Settle = (ended: EndedRequest | undefined) => void;
type Grow = (soFar: EndedRequest) => void;

/** What is to be settled when a request has ended: some of it may be known only after that. */
export class Ending {
  readonly #settles: Settle[] = [];
  readonly #grows: Grow[] = [];
  #ended: { readonly request: EndedRequest | undefined } | undefined;

  readonly add = (settle: Settle): void => {
    if (this.#ended === undefined) this.#settles.push(settle);
    else settle(this.#ended.request);
  };

  /** What is to be known before the end as well. */
  readonly addGrowing = (grow: Grow): void => void this.#grows.push(grow);

  get isGrowing(): boolean {
    return this.#grows.length > 0;
  }

  /** How far it has come: any time before its end, and nothing after it. */
  grow(soFar: EndedRequest): void {
    if (this.#ended === undefined) for (const grow of this.#grows) grow(soFar);
  }

  /** Once; undefined: nobody says how. */
  end(request: EndedRequest | undefined): void {
    if (this.#ended !== undefined) return;
    this.#ended = { request };
    for (const settle of this.#settles.splice(0)) settle(request);
  }
}

interface Waiting {
  readonly ending: Ending;
  readonly connection: AbortSignal;
}

/** Requests whose end is waited for, by the names that Envoy was told. */
export class Unended {
  readonly #endings = new Map<string, Waiting>();
  readonly #connections = new WeakSet<AbortSignal>();
  readonly #prefix: string;
  readonly #most: number;
  #count = 0;

  /** Of more than `most` the oldest are taken to have ended. However long one lasts, until its proxy tells its end or is gone it has not. */
  constructor(prefix: string, most: number) {
    this.#prefix = prefix;
    this.#most = most;
  }

  /** `connection`: by which its proxy asks. When that has ended the proxy is gone, and its requests with it. */
  add(ending: Ending, connection: AbortSignal): string {
    for (const [id, { ending: oldest }] of this.#endings) {
      if (this.#endings.size < this.#most) break;
      this.#endings.delete(id);
      oldest.end(undefined);
    }
    this.#count += 1;
    const id = `${this.#prefix}-${this.#count}`;
    this.#endings.set(id, { ending, connection });
    if (connection.aborted) this.#endAll(connection);
    else if (!this.#connections.has(connection)) {
      this.#connections.add(connection);
      connection.addEventListener("abort", () => this.#endAll(connection), { once: true });
    }
    return id;
  }

  /** `request` undefined: nobody will say how. */
  end(id: string, request: EndedRequest | undefined): void {
    const known = this.#endings.get(id);
    this.#endings.delete(id);
    known?.ending.end(request);
  }

  /** How far one has come; nothing of one that has ended, or is of a former run. */
  grow(id: string, soFar: EndedRequest): void {
    this.#endings.get(id)?.ending.grow(soFar);
  }

  #endAll(connection: AbortSignal): void {
    for (const [id, waiting] of this.#endings) if (waiting.connection === connection) this.end(id, undefined);
  }
}
