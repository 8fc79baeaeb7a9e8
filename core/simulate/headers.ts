/**
 * Headers by their names in lower case. What came in several lines reads as one value, joined by commas; the lines are known
 * besides, for matchers look at each by itself (Envoy since 1.39), and `%REQ(…)%` stands for the first.
 */
export class Headers extends Map<string, string> {
  #lines: Map<string, readonly string[]> | undefined;

  constructor(entries: Iterable<readonly [string, string]> = []) {
    super();
    for (const [name, value] of entries) super.set(name, value);
  }

  static copy(headers: Headers): Headers {
    const made = new Headers(headers);
    if (headers.#lines !== undefined) made.#lines = new Map(headers.#lines);
    return made;
  }

  override set(name: string, value: string): this {
    this.#lines?.delete(name);
    return super.set(name, value);
  }

  override delete(name: string): boolean {
    this.#lines?.delete(name);
    return super.delete(name);
  }

  /** Another line, behind those that are there. */
  append(name: string, value: string): void {
    const before = this.get(name);
    if (before === undefined) super.set(name, value);
    else {
      this.#lines ??= new Map();
      this.#lines.set(name, [...(this.#lines.get(name) ?? [before]), value]);
      super.set(name, `${before},${value}`);
    }
  }

  /** Those that came; none where it is not there. */
  lines(name: string): readonly string[] {
    const value = this.get(name);
    return value === undefined ? [] : (this.#lines?.get(name) ?? [value]);
  }

  firstLine(name: string): string | undefined {
    return this.#lines?.get(name)?.[0] ?? this.get(name);
  }

  /** Whether one of a header's lines holds; undefined where it is not there. */
  someLine(name: string, test: (value: string) => boolean): boolean | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    const lines = this.#lines?.get(name);
    return lines === undefined ? test(value) : lines.some(test);
  }
}
