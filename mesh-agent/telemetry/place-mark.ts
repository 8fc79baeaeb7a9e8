import { openSealed, sealJson } from "#mesh-agent/sealed-json.ts";
import type { LostReports, ReportPlace } from "#mesh-agent/telemetry/report-place.ts";
import { SlotFile, type SlotFormat } from "#node/slot-file.ts";

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

const FORMAT: SlotFormat<Numbered> = {
  slotBytes: 32 * 1024,
  blank: 0,
  encode(mark) {
    const whole = sealJson(mark);
    const { place } = mark;
    // So many slots of the clock are kept only while Envoy does not answer; without them gaps are told smaller, never larger.
    return whole.length < this.slotBytes || place === null
      ? whole
      : sealJson({ ...mark, place: { ...place, clock: { ...place.clock, slots: [] } } });
  },
  decode(text) {
    try {
      return openSealed(text) as Numbered;
    } catch {
      return undefined;
    }
  },
  order: ({ number }) => number,
};

/** The place in the log beside the store. Not synced: it is needed only where the store is lost. */
export class PlaceMark {
  readonly #path: string;
  #file: SlotFile<Numbered> | undefined;
  #last: Numbered | undefined;

  constructor(path: string) {
    this.#path = path;
    try {
      this.#file = SlotFile.open(path, FORMAT, true);
      this.#last = this.#file.found.newest;
    } catch {
      // Without it the store is all there is; `write` tries again.
    }
  }

  get last(): Mark | undefined {
    return this.#last;
  }

  /** False when the disk refuses. */
  write(mark: Mark): boolean {
    const next = { number: (this.#last?.number ?? 0) + 1, ...mark };
    try {
      this.#file ??= SlotFile.open(this.#path, FORMAT, true);
      this.#file.write(next);
      this.#last = next;
      return true;
    } catch {
      return false;
    }
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}
