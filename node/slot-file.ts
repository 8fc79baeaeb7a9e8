import { closeSync, constants, fdatasync, fstatSync, openSync, readFileSync, writeSync } from "node:fs";
import { promisify } from "node:util";

/** How entries stand in the file. */
export interface SlotFormat<T> {
  readonly slotBytes: number;
  /** What fills the room that nothing was written to. */
  readonly blank: number;
  /** At most `slotBytes`; without blanks at its end. */
  encode(entry: T): string;
  /** Undefined for what was written half. */
  decode(text: string): T | undefined;
  /** Larger for what was written later. */
  order(entry: T): number;
}

/** "new": there is no file; "damaged": there is one, and it says nothing any more. */
export type SlotState = "new" | "whole" | "damaged";

export interface FoundSlots<T> {
  readonly state: SlotState;
  /** The newest whole entry. */
  readonly newest: T | undefined;
  /** Of `newest`. */
  readonly slot: number;
}

const SLOTS = 2;
const sync = promisify(fdatasync);

/**
 * A file of two places from the start, which entries are written to in turns: a write that is cut off leaves the entry before, and a
 * full disk takes what is written over in place.
 */
export class SlotFile<T> {
  readonly found: FoundSlots<T>;
  readonly #format: SlotFormat<T>;
  readonly #fd: number;
  /** Where the next entry goes: never over the newest that is there. */
  #slot: number;

  private constructor(fd: number, found: FoundSlots<T>, format: SlotFormat<T>) {
    this.#fd = fd;
    this.found = found;
    this.#format = format;
    this.#slot = (found.slot + 1) % SLOTS;
  }

  /** Throws what the system says where it cannot be opened, or has no room and `needsRoom`; without that the first entry takes it. */
  static open<T>(path: string, format: SlotFormat<T>, needsRoom: boolean): SlotFile<T> {
    const found = readSlots(path, format);
    const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      takeRoom(fd, format, found);
    } catch (error) {
      if (needsRoom) {
        closeSync(fd);
        throw error;
      }
    }
    return new SlotFile(fd, found, format);
  }

  /** Throws what the disk says, and RangeError for an entry that is longer than its place. */
  write(entry: T): void {
    const { slotBytes, blank } = this.#format;
    const text = this.#format.encode(entry);
    const bytes = Buffer.alloc(slotBytes, blank);
    if (Buffer.byteLength(text) > slotBytes) throw new RangeError("an entry is longer than its place");
    bytes.write(text);
    writeSync(this.#fd, bytes, 0, slotBytes, this.#slot * slotBytes);
    // Not by the entry's number: the same may come again.
    this.#slot = (this.#slot + 1) % SLOTS;
  }

  /** What was written is on the disk when it resolves. */
  sync(): Promise<void> {
    return sync(this.#fd);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** Reads without making a file. Throws what the system says, but that there is none. */
export function readSlots<T>(path: string, format: SlotFormat<T>): FoundSlots<T> {
  const { slotBytes, blank } = format;
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { state: "new", newest: undefined, slot: 0 };
    throw error;
  }
  let found: FoundSlots<T> | undefined;
  for (let slot = 0; slot < SLOTS; slot += 1) {
    const place = bytes.subarray(slot * slotBytes, (slot + 1) * slotBytes);
    const entry = format.decode(withoutBlanks(place, blank));
    if (entry !== undefined && (found?.newest === undefined || format.order(entry) > format.order(found.newest)))
      found = { state: "whole", newest: entry, slot };
  }
  if (found !== undefined) return found;
  const isBlank = bytes.length === SLOTS * slotBytes && bytes.every((byte) => byte === blank);
  return { state: isBlank ? "whole" : "damaged", newest: undefined, slot: 0 };
}

/** Every byte is written once: room that is promised only, as after a truncation, is not there on a full disk. */
function takeRoom<T>(fd: number, { slotBytes, blank }: SlotFormat<T>, { state }: FoundSlots<T>): void {
  const size = state === "whole" ? fstatSync(fd).size : 0;
  const missing = SLOTS * slotBytes - size;
  if (missing > 0) writeSync(fd, Buffer.alloc(missing, blank), 0, missing, size);
}

function withoutBlanks(place: Buffer, blank: number): string {
  let end = place.length;
  while (end > 0 && place[end - 1] === blank) end -= 1;
  return place.toString("utf8", 0, end);
}
