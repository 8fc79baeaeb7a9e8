import { type Cell, Readers } from "#server/compile/recorder.ts";

/** Something that is asked and is its owner's to touch. */
export class PlainCell implements Cell {
  readonly readers = new Readers();

  onUnread(): void {
    // Its owner keeps it.
  }
}
