/** Objects and lists: an empty one takes three bytes and some hundreds once it is read. */
const PARTS_MAX = 500_000;
const OPENING: ReadonlySet<number> = new Set([0x7b, 0x5b]);

/** Throws what is wrong with JSON that would be far larger read than written. */
export function checkJsonSize(bytes: Uint8Array): void {
  let parts = 0;
  for (const byte of bytes) if (OPENING.has(byte)) parts += 1;
  if (parts > PARTS_MAX) throw new Error(`more than ${PARTS_MAX} objects and lists: send it in parts`);
}
