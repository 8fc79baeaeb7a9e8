import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { openSealed, sealJson } from "#mesh-agent/sealed-json.ts";
import type { LostReports, ReportPlace } from "#mesh-agent/telemetry/report-place.ts";

/** What outlives a lost store. */
export interface Mark {
  readonly storeId: string;
  readonly place: ReportPlace | null;
  /** Folded and not acknowledged. */
  readonly waiting: LostReports;
  /** How often the store had changed: one that has changed less often is an older copy. Not there in marks of earlier releases. */
  readonly changes?: number;
}

interface Numbered extends Mark {
  readonly number: number;
}

const SLOT_BYTES = 32 * 1024;
const SLOTS = 2;

/**
 * The place in the log beside the store, in a file of fixed size that is written over in place: a full disk takes it, and
 * the older of its two halves stands when a write is cut off. Not synced: it is needed only where the store is lost.
 */
export class PlaceMark {
  readonly #path: string;
  #fd: number | undefined;
  #last: Numbered | undefined;

  constructor(path: string) {
    this.#path = path;
    try {
      this.#fd = openAllocated(path);
      for (let slot = 0; slot < SLOTS; slot += 1) {
        const found = readSlot(this.#fd, slot);
        if (found !== undefined && found.number > (this.#last?.number ?? 0)) this.#last = found;
      }
    } catch {
      // Without it the store is all there is; `write` tries again.
    }
  }

  get last(): Mark | undefined {
    return this.#last;
  }

  /** False when the disk refuses. */
  write(mark: Mark): boolean {
    const number = (this.#last?.number ?? 0) + 1;
    const whole = sealJson({ number, ...mark });
    const { place } = mark;
    // So many slots of the clock are kept only while Envoy does not answer; without them gaps are told smaller, never larger.
    const text =
      whole.length < SLOT_BYTES || place === null
        ? whole
        : sealJson({ number, ...mark, place: { ...place, clock: { ...place.clock, slots: [] } } });
    try {
      this.#fd ??= openAllocated(this.#path);
      const bytes = Buffer.alloc(SLOT_BYTES);
      bytes.write(text);
      writeSync(this.#fd, bytes, 0, SLOT_BYTES, (number % SLOTS) * SLOT_BYTES);
      this.#last = { number, ...mark };
      return true;
    } catch {
      return false;
    }
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

/** Every byte written once: room that is promised only, as after a truncation, is not there on a full disk. */
function openAllocated(path: string): number {
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    const { size } = fstatSync(fd);
    const missing = SLOTS * SLOT_BYTES - size;
    if (missing > 0) writeSync(fd, Buffer.alloc(missing), 0, missing, size);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function readSlot(fd: number, slot: number): Numbered | undefined {
  const bytes = Buffer.alloc(SLOT_BYTES);
  readSync(fd, bytes, 0, SLOT_BYTES, slot * SLOT_BYTES);
  const end = bytes.indexOf(0);
  if (end <= 0) return undefined;
  try {
    return openSealed(bytes.toString("utf8", 0, end)) as Numbered;
  } catch {
    return undefined;
  }
}
