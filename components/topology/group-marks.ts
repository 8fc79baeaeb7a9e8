import type { ChangeMark } from "#core/traffic/revision-effect.ts";

export interface MarkGroup {
  /** Where it stands, from 0 to 1. */
  readonly at: number;
  /** Newest first. */
  readonly marks: readonly ChangeMark[];
}

/** Nearer than this they would cover each other. */
const APART = 0.03;

/** Marks of a time, those that stand close together as one; newest first, as they come. */
export function groupMarks(marks: readonly ChangeMark[], startMs: number, endMs: number): MarkGroup[] {
  const groups: { at: number; marks: ChangeMark[] }[] = [];
  for (const mark of marks) {
    const at = (mark.atMs - startMs) / (endMs - startMs);
    const last = groups.at(-1);
    if (last !== undefined && last.at - at < APART) last.marks.push(mark);
    else groups.push({ at, marks: [mark] });
  }
  return groups;
}
