import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, rmSync, statSync } from "node:fs";
import { crc32 } from "node:zlib";

/** Up to where the log has been read: which file, and how many bytes of it. */
export interface LogPosition {
  readonly inode: number;
  readonly offset: number;
  /** Checksum of its first line: by it a copy, or what is left of the file, is known for one whose lines were read. */
  readonly head?: number;
}

export interface LogChunk {
  /** Whole lines, without their ends. */
  readonly lines: readonly string[];
  /** Where to go on once these lines are stored. */
  readonly next: LogPosition;
  /** False when there was nothing more to read. */
  readonly isMore: boolean;
}

const CHUNK_BYTES = 1024 * 1024;
/** Looked through at once; the rest is the next time. */
const PEEKED_CHUNKS_MAX = 16;
const NEWLINE = 10;
/** Longer than any line of Envoy's. */
const HEAD_BYTES_MAX = 64 * 1024;

/**
 * Reads a log that another process writes, over its rotation: a renamed file is read to its end before the new one is
 * begun. Bytes are given again until `confirm` says that what was made of them is stored.
 */
export class LogTail {
  readonly #path: string;
  readonly #rotated: string;
  readonly #buffer = Buffer.alloc(CHUNK_BYTES);
  #position: LogPosition;
  /** Up to where `peek` has looked. */
  #peeked: LogPosition = { inode: 0, offset: 0 };
  #fd: number | undefined;
  /** The file may be somebody else's: its writer may still write to the one that was there before. */
  #isForeign = false;

  constructor(path: string, position: LogPosition | undefined) {
    this.#path = path;
    this.#rotated = `${path}.rotated`;
    this.#position = position ?? { inode: 0, offset: 0 };
    // Killed after a rotated file was read and before it was taken away.
    if (existsSync(path) && statSync(path).ino === this.#position.inode) rmSync(this.#rotated, { force: true });
  }

  get position(): LogPosition {
    return this.#position;
  }

  /** Goes on at the end of the log as it is: what stands in it was read by somebody whose memory is lost. */
  skipToEnd(): void {
    if (!existsSync(this.#path)) return;
    const { ino, size } = statSync(this.#path);
    this.#position = { inode: ino, offset: size };
    rmSync(this.#rotated, { force: true });
  }

  /** Of the log and what it was rotated from. */
  countLines(): number {
    let count = 0;
    for (const path of [this.#rotated, this.#path]) {
      if (!existsSync(path)) continue;
      const fd = openSync(path, "r");
      for (let at = 0, length = 1; length > 0; at += length) {
        length = readSync(fd, this.#buffer, 0, CHUNK_BYTES, at);
        for (let index = 0; index < length; index += 1) if (this.#buffer[index] === NEWLINE) count += 1;
      }
      closeSync(fd);
    }
    return count;
  }

  /** The next whole lines. A half-written last line waits for its end, and so does the first that `isLater` with all after it. */
  read(isLater: (line: string) => boolean = () => false): LogChunk {
    const fd = this.#open();
    if (fd === undefined) return { lines: [], next: this.#position, isMore: false };
    const { size } = fstatSync(fd);
    const offset = this.#position.offset > size ? this.#startOfCut(fd, size) : this.#position.offset;
    const length = readSync(fd, this.#buffer, 0, CHUNK_BYTES, offset);
    const end = this.#buffer.lastIndexOf(NEWLINE, length - 1);
    const { inode } = this.#position;
    if (length === 0 || end < 0 || end >= length) {
      // A line as long as the whole buffer is none of Envoy's.
      if (length === CHUNK_BYTES) return { lines: [], next: this.#at(offset + length), isMore: true };
      return this.#atEnd(offset);
    }
    const text = this.#buffer.toString("utf8", 0, end);
    const all = text.split("\n");
    const lines = before(all, isLater);
    const isWhole = lines.length === all.length;
    const taken = isWhole ? end + 1 : this.#lengthOf(lines.length);
    const head = offset === 0 && lines.length > 0 ? crc32(lines[0] ?? "") : this.#position.head;
    return {
      lines,
      next: { ...this.#at(offset + taken), inode, ...(head === undefined ? {} : { head }) },
      isMore: isWhole,
    };
  }

  /** Whole lines that have such a text in them, as they come: each is seen once, and will be read all the same. */
  peek(text: string): readonly string[] {
    const fd = this.#open();
    if (fd === undefined) return [];
    const { inode, offset } = this.#position;
    let at = this.#peeked.inode === inode ? Math.max(offset, this.#peeked.offset) : offset;
    const found: string[] = [];
    for (let chunk = 0; chunk < PEEKED_CHUNKS_MAX; chunk += 1) {
      const length = readSync(fd, this.#buffer, 0, CHUNK_BYTES, at);
      const end = length === 0 ? -1 : this.#buffer.lastIndexOf(NEWLINE, length - 1);
      const part = this.#buffer.subarray(0, Math.max(0, end));
      if (part.includes(text))
        found.push(
          ...part
            .toString()
            .split("\n")
            .filter((line) => line.includes(text)),
        );
      if (end < 0) break;
      at += end + 1;
    }
    this.#peeked = { inode, offset: at };
    return found;
  }

  /** What was read up to here is stored. */
  confirm(position: LogPosition): void {
    if (position.inode !== this.#position.inode) {
      this.close();
      // The finished file was ours to rotate, and ours to take away.
      if (existsSync(this.#rotated) && statSync(this.#rotated).ino === this.#position.inode) rmSync(this.#rotated);
    }
    this.#position = position;
  }

  /** Renames a log that has grown past `bytesMax` and has its writer open a new one. One rotation at a time. */
  async rotate(bytesMax: number, reopen: () => Promise<void>): Promise<boolean> {
    if (existsSync(this.#rotated)) {
      // Asked for before, and not done: the writer was away.
      if (!existsSync(this.#path)) await reopen();
      return false;
    }
    if (!existsSync(this.#path)) {
      // Taken away by somebody: its writer writes on to a file that nobody can find.
      if (this.#position.inode !== 0) await reopen();
      return false;
    }
    if (this.#isForeign) {
      await reopen();
      this.#isForeign = false;
    }
    if (statSync(this.#path).size < bytesMax) return false;
    renameSync(this.#path, this.#rotated);
    await reopen();
    return true;
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  /** Bytes of so many lines at the buffer's start: counted there, since a byte that is no UTF-8 is another in text. */
  #lengthOf(lines: number): number {
    let at = 0;
    for (let line = 0; line < lines; line += 1) at = this.#buffer.indexOf(NEWLINE, at) + 1;
    return at;
  }

  #at(offset: number): LogPosition {
    return { ...this.#position, offset };
  }

  /**
   * Where to go on in a file that is shorter than what was read of it. Emptied, all in it is new. Cut, or an older copy, its lines
   * were read, and those written since are not told from them: what is left out, Envoy's counters tell of.
   */
  #startOfCut(fd: number, size: number): number {
    return this.#position.head !== undefined && headOf(fd) === this.#position.head ? size : 0;
  }

  /** Where to begin in another file: where the last one ended if it is a copy of that. */
  #startOf(path: string, inode: number): LogPosition {
    const { head, offset } = this.#position;
    if (head === undefined || headAt(path) !== head) return { inode, offset: 0 };
    return { inode, offset, head };
  }

  /** At a file's end: on to the new one, if there is one. Until it is there, the writer may still write to the old. */
  #atEnd(offset: number): LogChunk {
    const { inode } = this.#position;
    const here: LogChunk = { lines: [], next: this.#at(offset), isMore: false };
    if (!existsSync(this.#path)) return here;
    const current = statSync(this.#path).ino;
    if (current === inode) return here;
    // Between the last read and the new file's appearance more may have been written to the old.
    const size = this.#fd === undefined ? 0 : fstatSync(this.#fd).size;
    const rest = this.#fd === undefined ? 0 : readSync(this.#fd, this.#buffer, 0, CHUNK_BYTES, offset);
    if (rest > 0 && this.#buffer.lastIndexOf(NEWLINE, rest - 1) >= 0 && size > offset) return { ...here, isMore: true };
    this.#isForeign = !existsSync(this.#rotated);
    return { lines: [], next: this.#startOf(this.#path, current), isMore: true };
  }

  #open(): number | undefined {
    if (this.#fd !== undefined) return this.#fd;
    const candidates = [this.#rotated, this.#path].filter((path) => existsSync(path));
    const known = candidates.find((path) => statSync(path).ino === this.#position.inode);
    // A file that nobody knows is read from its start; a rotated one, which is older, first.
    const chosen = known ?? candidates[0];
    if (chosen === undefined) return undefined;
    this.#fd = openSync(chosen, "r");
    const inode = fstatSync(this.#fd).ino;
    if (inode === this.#position.inode) return this.#fd;
    this.#isForeign = this.#position.inode !== 0;
    this.#position = this.#startOf(chosen, inode);
    return this.#fd;
  }
}

/** Lines up to the first that is later, as far as they are in order: of a log that is nearly so, nearly all. */
function before(lines: readonly string[], isLater: (line: string) => boolean): readonly string[] {
  const last = lines.at(-1);
  if (last === undefined || !isLater(last)) return lines;
  let [from, to] = [0, lines.length - 1];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (isLater(lines[middle] ?? "")) to = middle;
    else from = middle + 1;
  }
  return lines.slice(0, from);
}

function headAt(path: string): number | undefined {
  const fd = openSync(path, "r");
  try {
    return headOf(fd);
  } finally {
    closeSync(fd);
  }
}

/** Checksum of a file's first line; undefined while it has none. */
function headOf(fd: number): number | undefined {
  const bytes = Buffer.alloc(HEAD_BYTES_MAX);
  const length = readSync(fd, bytes, 0, HEAD_BYTES_MAX, 0);
  const end = bytes.subarray(0, length).indexOf(NEWLINE);
  return end < 0 ? undefined : crc32(bytes.toString("utf8", 0, end));
}
