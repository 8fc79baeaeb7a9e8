import { closeSync, openSync, rmSync, statSync, truncateSync, writeSync } from "node:fs";
import fc from "fast-check";

/** What a disk or a person does to a file, at a place between its begin (0) and its end (1). */
export interface FileDamage {
  readonly kind: "flipped" | "cut" | "removed" | "zeroed";
  readonly place: number;
}

export const fileDamages: fc.Arbitrary<FileDamage> = fc.record({
  kind: fc.constantFrom("flipped", "cut", "removed", "zeroed"),
  place: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
});

const PAGE = 4096;

export function damageFile(path: string, { kind, place }: FileDamage): void {
  if (kind === "removed") {
    rmSync(path);
    return;
  }
  const { size } = statSync(path);
  const at = Math.floor(size * place);
  if (kind === "cut") {
    truncateSync(path, at);
    return;
  }
  const bytes =
    kind === "zeroed"
      ? Buffer.alloc(Math.min(PAGE, size - at))
      : Buffer.from("damaged!".repeat(4)).subarray(0, size - at);
  const file = openSync(path, "r+");
  try {
    writeSync(file, bytes, 0, bytes.length, at);
  } finally {
    closeSync(file);
  }
}
