import { type ObjectiveCounter, objectiveCounter } from "#core/objectives/counter.ts";
import { BURN_MS, judgeObjective, type ObjectiveState, windowFrom } from "#core/objectives/judge-objective.ts";
import { FINE_MS, HOUR_MS, MINUTE_MS, SlotSums } from "#core/objectives/slot-sums.ts";
import type { ObjectiveTerms } from "#core/resolve/objectives.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import type { Telemetry } from "#server/services/dependencies.ts";
import { sumSlots } from "#server/watch/sum-slots.ts";

export interface ObjectiveWatchOptions {
  readonly telemetry: Pick<Telemetry, "slots">;
  /** Those that are asked for now. */
  readonly terms: () => readonly ObjectiveTerms[];
  /** Up to when all reports have come in. */
  readonly settledMs: () => number;
  /** What reading takes is measured by it. */
  readonly clock?: () => number;
}

/** Of one objective: what was counted, and how it stands. */
interface Watched {
  readonly text: string;
  readonly terms: ObjectiveTerms;
  readonly counter: ObjectiveCounter;
  readonly slots: SlotSums;
  state: ObjectiveState | undefined;
}

/** What comes so late is read with what is new. */
const LATE_MS = 10 * MINUTE_MS;
/** What comes later than that is read so many times as long after as it took: who tells of last month each minute has nobody read it each minute. */
const REST = 20;

/**
 * Counts what objectives ask for from stored windows: all of their time at first, and then what is new. It keeps nothing that the store
 * has not, so a server that was killed counts as one that was not.
 */
export class ObjectiveWatch {
  readonly #options: ObjectiveWatchOptions;
  #watched = new Map<string, Watched>();
  /** Whom the requests of a set of labels concern. */
  #meant = new WeakMap<TrafficKey, readonly Watched[]>();
  #readMs = 0;
  #lateMs = Number.POSITIVE_INFINITY;
  #lateDueMs = 0;

  constructor(options: ObjectiveWatchOptions) {
    this.#options = options;
  }

  /** A window was stored; one of long ago is read again. */
  noteStored(startMs: number): void {
    if (startMs < this.#lateMs) this.#lateMs = startMs;
  }

  get states(): readonly { readonly terms: ObjectiveTerms; readonly state: ObjectiveState | undefined }[] {
    return [...this.#watched.values()];
  }

  /** Counts what is new up to the last whole minute. */
  async run(): Promise<void> {
    const dueMs = Math.floor(this.#options.settledMs() / MINUTE_MS) * MINUTE_MS;
    const added = this.#follow();
    if (dueMs <= this.#readMs && added.length === 0) return;
    const known = [...this.#watched.values()].filter((each) => !added.includes(each));
    const { clock = () => performance.now() } = this.#options;
    const beganMs = clock();
    const isWaiting = this.#lateMs < this.#readMs - LATE_MS && beganMs < this.#lateDueMs;
    const lateMs = isWaiting ? Number.POSITIVE_INFINITY : this.#lateMs;
    if (!isWaiting) this.#lateMs = Number.POSITIVE_INFINITY;
    try {
      const oldest = (all: readonly Watched[]): number => Math.min(...all.map(({ terms }) => keptFrom(terms, dueMs)));
      if (known.length > 0)
        await this.#read(known, Math.max(oldest(known), Math.min(lateMs, this.#readMs - LATE_MS)), dueMs);
      if (added.length > 0) await this.#read(added, oldest(added), dueMs);
    } catch (error) {
      // What was not read is read next time: it is there, and was not counted.
      this.#lateMs = Math.min(this.#lateMs, lateMs);
      for (const each of added) this.#watched.set(each.terms.ref, { ...each, text: "" });
      throw error;
    }
    if (lateMs < this.#readMs - LATE_MS) this.#lateDueMs = clock() + REST * (clock() - beganMs);
    this.#readMs = dueMs;
    for (const each of this.#watched.values())
      each.state = judgeObjective(each.terms, dueMs, (from, to) => each.slots.between(from, to));
  }

  /** Takes what is asked for now, and answers those that are new or say something else. */
  #follow(): readonly Watched[] {
    const added: Watched[] = [];
    const next = new Map<string, Watched>();
    for (const terms of this.#options.terms()) {
      const text = JSON.stringify(terms);
      const known = this.#watched.get(terms.ref);
      const watched =
        known?.text === text
          ? known
          : { text, terms, counter: objectiveCounter(terms), slots: new SlotSums(), state: undefined };
      if (watched !== known) added.push(watched);
      next.set(terms.ref, watched);
    }
    if (added.length > 0 || next.size !== this.#watched.size) this.#meant = new WeakMap();
    this.#watched = next;
    return added;
  }

  async #read(of: readonly Watched[], fromMs: number, dueMs: number): Promise<void> {
    const wanted = new Set(of);
    const sum = (startMs: number, endMs: number, stepMs: number) =>
      sumSlots(this.#options.telemetry, { startMs, endMs, stepMs }, (key) =>
        this.#concerned(key).filter((each) => wanted.has(each)),
      );
    const fineMs = Math.floor((dueMs - FINE_MS) / HOUR_MS) * HOUR_MS;
    for (const { slots, terms } of of) slots.roll(fineMs, keptFrom(terms, dueMs));
    const hoursMs = Math.floor(fromMs / HOUR_MS) * HOUR_MS;
    if (hoursMs < fineMs) {
      const sums = await sum(hoursMs, fineMs, HOUR_MS);
      for (let atMs = hoursMs; atMs < fineMs; atMs += HOUR_MS)
        for (const each of of)
          if (atMs >= keptFrom(each.terms, dueMs)) each.slots.setHour(atMs, sums.get(each)?.get(atMs));
    }
    const minutesMs = Math.max(fineMs, Math.floor(fromMs / MINUTE_MS) * MINUTE_MS);
    const sums = await sum(minutesMs, dueMs, MINUTE_MS);
    for (let atMs = minutesMs; atMs < dueMs; atMs += MINUTE_MS)
      for (const each of of) each.slots.setMinute(atMs, sums.get(each)?.get(atMs));
  }

  #concerned(key: TrafficKey): readonly Watched[] {
    let meant = this.#meant.get(key);
    if (meant === undefined) {
      meant = [...this.#watched.values()].filter(({ counter }) => counter.isMeant(key));
      this.#meant.set(key, meant);
    }
    return meant;
  }
}

/** From when on it is kept what was counted: as long as the budget and the longest burn rate look back. */
function keptFrom(terms: ObjectiveTerms, atMs: number): number {
  return Math.min(windowFrom(terms, atMs), Math.floor((atMs - BURN_MS) / HOUR_MS) * HOUR_MS);
}
