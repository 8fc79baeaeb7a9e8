/** Beyond it equal texts are no longer one until they come again. */
const TEXTS_MAX = 100_000;

/**
 * Equal texts as one object, which is kept once and known by its address: maps by labels would else compare them letter by letter, each from
 * another place of memory.
 */
export class TextPool {
  readonly #texts = new Map<string, string>();

  one(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    if (this.#texts.size >= TEXTS_MAX) this.#texts.clear();
    this.#texts.set(text, text);
    return text;
  }
}
