import type { Cell, Reader, Recorder } from "#server/compile/recorder.ts";

class TableCell<T> implements Cell {
  readonly readers = new Set<Reader>();
  readonly onUnread: () => void;
  answer: { readonly value: T } | undefined;

  constructor(onUnread: () => void) {
    this.onUnread = onUnread;
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
    cell.answer ??= { value: this.#answer(key) };
    return cell.answer.value;
  }

  /** The answer for `key` is, or may be, another one. */
  touch(key: string, touched: Set<Cell>): void {
    const cell = this.#cells.get(key);
    if (cell === undefined) return;
    cell.answer = undefined;
    touched.add(cell);
  }

  /** The same for every key of which somebody depends on the answer. */
  touchWhere(isTouched: (key: string) => boolean, touched: Set<Cell>): void {
    for (const key of this.#cells.keys()) if (isTouched(key)) this.touch(key, touched);
  }

  #add(key: string): TableCell<T> {
    const cell = new TableCell<T>(() => {
      if (this.#cells.get(key) === cell) this.#cells.delete(key);
    });
    this.#cells.set(key, cell);
    return cell;
  }
}
