import { type Cell, Readers, type Recorder } from "#server/compile/recorder.ts";

/** No answer is known, or none any more. */
const UNKNOWN = Symbol("unknown");

class TableCell<T> implements Cell {
  readonly readers = new Readers();
  readonly #key: string;
  readonly #cells: Map<string, TableCell<T>>;
  answer: T | typeof UNKNOWN = UNKNOWN;

  constructor(key: string, cells: Map<string, TableCell<T>>) {
    this.#key = key;
    this.#cells = cells;
  }

  onUnread(): void {
    if (this.#cells.get(this.#key) === this) this.#cells.delete(this.#key);
  }
}

/** One question with a key: its answers, kept while somebody depends on them and until they are touched. */
export class CellTable<T> {
  readonly #recorder: Recorder;
  readonly #answer: (key: string) => T;
  readonly #cells = new Map<string, TableCell<T>>();

  constructor(recorder: Recorder, answer: (key: string) => T) {
    this.#recorder = recorder;
    this.#answer = answer;
  }

  ask(key: string): T {
    if (!this.#recorder.isRecording) return this.#answer(key);
    const cell = this.#cells.get(key) ?? this.#add(key);
    this.#recorder.note(cell);
    if (cell.answer !== UNKNOWN) return cell.answer;
    const answer = this.#answer(key);
    cell.answer = answer;
    return answer;
  }

  /** The answer for `key` is, or may be, another one. */
  touch(key: string, touched: Set<Cell>): void {
    const cell = this.#cells.get(key);
    if (cell === undefined) return;
    cell.answer = UNKNOWN;
    touched.add(cell);
  }

  /** The same for every key of which somebody depends on the answer. */
  touchWhere(isTouched: (key: string) => boolean, touched: Set<Cell>): void {
    for (const key of this.#cells.keys()) if (isTouched(key)) this.touch(key, touched);
  }

  #add(key: string): TableCell<T> {
    const cell = new TableCell<T>(key, this.#cells);
    this.#cells.set(key, cell);
    return cell;
  }
}
