/** Something that may have to say why it cannot store what it holds. */
export interface Complainant {
  readonly problem: string | undefined;
}

/** What an operator should look at, from every part of the agent: on its pages, and told to the control plane. */
export class Complaints {
  readonly #sources: (() => readonly string[])[] = [];

  /** What `source` complains of at the time of asking. */
  hear(...sources: readonly Complainant[]): void {
    for (const source of sources) this.#sources.push(() => (source.problem === undefined ? [] : [source.problem]));
  }

  hearAll(problems: () => readonly string[]): void {
    this.#sources.push(problems);
  }

  list(): string[] {
    return this.#sources.flatMap((source) => source());
  }
}
