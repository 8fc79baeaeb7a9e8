import type { FileProblem } from "#core/xds/file-problem.ts";

/** What agents say is wrong with files, of those instances alone that have some. */
export class FileProblemBook {
  readonly #said = new Map<string, readonly FileProblem[]>();
  #all: ReadonlyMap<string, readonly FileProblem[]> | undefined;

  /** All that an instance, `namespace/name`, has to say. */
  set(key: string, problems: readonly FileProblem[]): void {
    const before = this.#said.get(key) ?? [];
    if (JSON.stringify(before) === JSON.stringify(problems)) return;
    if (problems.length > 0) this.#said.set(key, problems);
    else this.#said.delete(key);
    this.#all = undefined;
  }

  /** The same object until somebody says otherwise: what is made of it is made once. */
  all(): ReadonlyMap<string, readonly FileProblem[]> {
    this.#all ??= new Map(this.#said);
    return this.#all;
  }
}
