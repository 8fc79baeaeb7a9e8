import { PharosError } from "#core/errors.ts";
import type { Logger } from "#node/log.ts";

/** What does not work now, and why: told when it begins, and again only for another reason. */
export class TroubleLog {
  readonly #log: Logger;
  readonly #why = new Map<string, string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  has(what: string): boolean {
    return this.#why.has(what);
  }

  why(what: string): string | undefined {
    return this.#why.get(what);
  }

  tell(what: string, error: unknown): void {
    const why = PharosError.from(error).toString();
    this.tellOf(what, why, { error: why });
  }

  /** `why` tells whether it is the same as before; `fields` are what is told. */
  tellOf(what: string, why: string, fields: Readonly<Record<string, string>>): void {
    if (this.#why.get(what) !== why) this.#log.warn(what, fields);
    this.#why.set(what, why);
  }

  /** It works again. */
  end(what: string): void {
    this.#why.delete(what);
  }
}
