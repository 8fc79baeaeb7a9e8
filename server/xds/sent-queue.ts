import type { Substitute } from "#core/xds/layer.ts";
import { namesIn, type Response } from "#server/xds/response.ts";

export interface Flags {
  /** True for what `flush` sent, false for the answer to a subscription. */
  readonly isPush: boolean;
  /** Of what was refused before. */
  readonly isAgain: boolean;
  /** Of what was in a refused response. */
  readonly isPart: boolean;
}

/** A response that is on its way. */
export interface Sent extends Flags {
  readonly response: Response;
  /** It is one resource, in the place of what was refused; with those that are left to try. */
  readonly substitute?: { readonly name: string; readonly sent: Substitute; readonly left: readonly Substitute[] };
}

/**
 * Responses of one type that are on their way, oldest first. Nobody asks which names are in them but where one was refused: they are
 * counted from then on until nothing is on its way, each response once, however many names are asked for.
 */
export class SentQueue {
  readonly #all: Sent[] = [];
  #counts: Map<string, number> | undefined;

  get length(): number {
    return this.#all.length;
  }

  /** How many of them `flush` sent. */
  get pushes(): number {
    return this.#all.filter(({ isPush }) => isPush).length;
  }

  push(sent: Sent): void {
    this.#all.push(sent);
    if (this.#counts !== undefined) count(this.#counts, sent, 1);
  }

  /** Takes out the one that the nonce names, and those that were sent before it; none where nothing on its way has the nonce. */
  takeUntil(nonce: string): readonly Sent[] {
    const at = this.#all.findIndex(({ response }) => response.nonce === nonce);
    const taken = this.#all.splice(0, at + 1);
    if (this.#all.length === 0) this.#counts = undefined;
    else if (this.#counts !== undefined) for (const sent of taken) count(this.#counts, sent, -1);
    return taken;
  }

  /** Whether the client is on its way to a version of it. */
  holds(name: string): boolean {
    if (this.#counts === undefined) {
      this.#counts = new Map();
      for (const sent of this.#all) count(this.#counts, sent, 1);
    }
    return (this.#counts.get(name) ?? 0) > 0;
  }
}

function count(counts: Map<string, number>, { response }: Sent, by: 1 | -1): void {
  for (const name of namesIn(response)) counts.set(name, (counts.get(name) ?? 0) + by);
}
