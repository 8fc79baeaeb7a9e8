import type { Cell, Reader } from "#server/compile/recorder.ts";

/** Something that is asked and is its owner's to touch. */
export class PlainCell implements Cell {
  readonly readers = new Set<Reader>();

  onUnread(): void {
    // Its owner keeps it.
  }
}
