import type { EndedRequest } from "#core/rate-limit/final-cost.ts";

/** What a request was let through for, of a bucket. */
export type Costing = readonly [key: string, cost: number];

type Settle = (ended: EndedRequest | undefined) => void;
type Grow = (soFar: EndedRequest) => void;

/** What is to be settled when a request has ended: some of it may be known only after that. */
export class Ending {
  readonly #settles: Settle[] = [];
  readonly #grows: Grow[] = [];
  readonly #costs: Costing[] = [];
  #holdsPlace = false;
  #ended: { readonly request: EndedRequest | undefined } | undefined;

  readonly add = (settle: Settle): void => {
    if (this.#ended === undefined) this.#settles.push(settle);
    else settle(this.#ended.request);
  };

  /** What is to be known before the end as well. */
  readonly addGrowing = (grow: Grow): void => void this.#grows.push(grow);

  /** It may cost these more in the end: that outlives the agent. */
  readonly addCosts = (costs: readonly Costing[]): void => void this.#costs.push(...costs);

  /** It has these until its end, which does too. */
  addPlaces(places: readonly Costing[]): void {
    this.#holdsPlace ||= places.length > 0;
    this.#costs.push(...places);
  }

  get costs(): readonly Costing[] {
    return this.#costs;
  }

  /** How far it has come is to be heard, and that it has ended also where nobody was there to be told. */
  get isFollowed(): boolean {
    return this.isGrowing || this.#holdsPlace;
  }

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
  /** Undefined of a former run's: by which it is told of now is not known. */
  readonly connection: AbortSignal | undefined;
}

/** Requests whose end is waited for, by the names that Envoy was told. */
export class Unended {
  readonly #endings = new Map<string, Waiting>();
  readonly #connections = new WeakSet<AbortSignal>();
  /** Of former runs, when each was heard of last. */
  readonly #former = new Map<string, number>();
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
    this.#makeRoom();
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

  /** One that a former run let through, by the name that Envoy was told then. */
  resume(id: string, ending: Ending, nowMs: number): void {
    this.#makeRoom();
    this.#endings.set(id, { ending, connection: undefined });
    this.#former.set(id, nowMs);
  }

  get hasFormer(): boolean {
    return this.#former.size > 0;
  }

  /** Those of former runs of which nothing was heard since then are over: their proxy is gone. */
  forgetFormer(sinceMs: number): void {
    for (const [id, heardMs] of this.#former) if (heardMs < sinceMs) this.end(id, undefined);
  }

  /** Those of former runs that have a place and nothing else that is still to be heard. */
  endFormerPlaces(): void {
    for (const id of [...this.#former.keys()])
      if (this.#endings.get(id)?.ending.isGrowing !== true) this.end(id, undefined);
  }

  /** `request` undefined: nobody will say how. */
  end(id: string, request: EndedRequest | undefined): void {
    const known = this.#endings.get(id);
    this.#endings.delete(id);
    this.#former.delete(id);
    known?.ending.end(request);
  }

  /** How far one has come, as the log says it: of a former run's the end may be told nowhere else. True where a next run has to know it. */
  hear(id: string, soFar: EndedRequest, hasEnded: boolean, nowMs: number): boolean {
    const isFormer = this.#former.has(id);
    if (isFormer) this.#former.set(id, nowMs);
    if (isFormer && hasEnded) {
      this.end(id, soFar);
      return false;
    }
    const ending = this.#endings.get(id)?.ending;
    ending?.grow(soFar);
    return ending?.isGrowing === true || (hasEnded && ending?.isFollowed === true);
  }

  #makeRoom(): void {
    for (const [id] of this.#endings) {
      if (this.#endings.size < this.#most) break;
      this.end(id, undefined);
    }
  }

  #endAll(connection: AbortSignal): void {
    for (const [id, waiting] of this.#endings) if (waiting.connection === connection) this.end(id, undefined);
  }
}
