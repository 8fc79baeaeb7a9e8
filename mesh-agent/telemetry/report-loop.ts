import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { PharosError } from "#core/errors.ts";
import { LASTING_MARK, parseLastingStream } from "#core/telemetry/lasting-stream.ts";
import type { SpanLine } from "#core/telemetry/span-line.ts";
import { ConnectionBook } from "#mesh-agent/telemetry/connection-book.ts";
import { type Answered, deliverReports } from "#mesh-agent/telemetry/deliver-reports.ts";
import { encodeCounts, encodeExtras } from "#mesh-agent/telemetry/encode-report.ts";
import { EntryFolder, endsBetween } from "#mesh-agent/telemetry/fold-entries.ts";
import { labelInstance, ownEndOf } from "#mesh-agent/telemetry/instance.ts";
import type { OwnEnd } from "#mesh-agent/telemetry/label-entry.ts";
import { LineClock } from "#mesh-agent/telemetry/line-clock.ts";
import { LogTail } from "#mesh-agent/telemetry/log-tail.ts";
import { droppedReports, lostPlace, lostReports } from "#mesh-agent/telemetry/report-gaps.ts";
import type { ReportLoopOptions, TelemetryStats } from "#mesh-agent/telemetry/report-loop-options.ts";
import type { ReportPlace } from "#mesh-agent/telemetry/report-place.ts";
import {
  AWAY_INTERVAL_MS,
  FIRST_INTERVAL_MS,
  foldUntilMs,
  nextFoldMs,
  sendDelayMs,
} from "#mesh-agent/telemetry/report-times.ts";
import { type CounterReading, type Gap, RequestLedger } from "#mesh-agent/telemetry/request-ledger.ts";
import { encodeResourceSpans } from "#mesh-agent/telemetry/resource-spans.ts";
import { spanOfLine } from "#mesh-agent/telemetry/span-of-line.ts";
import { TroubleLog } from "#node/trouble-log.ts";

/** While somebody looks. */
const TAPPED_INTERVAL_MS = 500;
const AWAY_REPORTS = 20;
const PEEK_MS = 1500;
const COUNTERS_EVERY_MS = 2000;
/** Envoy's lines reach the file within its flush interval; the rest covers a machine that is busy. */
const SETTLE_MS = 4000;
/** Between attempts while stopping. */
const LAST_RETRY_MS = 100;
const READINGS_MAX = 50;
/** Of an Envoy that is new: it may have started a little before the last one was asked. */
const SLOTS_BEFORE_MS = 5000;
const UNSTORED = "telemetry is not stored";
const UNDELIVERED = "reports wait for the control plane";
const REFUSED = "the control plane did not count all of a report";
const UNROTATED = "the access log was not rotated";
const ROTATE_BYTES = 32 * 1024 * 1024;

/** Folds and commits every second or two; delivers on its own, so that a slow answer keeps no line waiting. */
export class ReportLoop {
  readonly #options: ReportLoopOptions;
  readonly #folder: EntryFolder;
  readonly #tail: LogTail;
  readonly #clock: LineClock;
  readonly #ledger: RequestLedger;
  readonly #isWhole: boolean;
  readonly #stopping = new AbortController();
  /** Ends the wait for the next turn. */
  #woken = new AbortController();
  #own: OwnEnd;
  #readings: CounterReading[] = [];
  #latestReading: CounterReading | undefined;
  #storedReading: CounterReading | undefined;
  #gaps: Gap[] = [];
  #lastReadingMs = 0;
  /** When the log was last read to its end. */
  #readToEndMs = 0;
  #intervalMs = FIRST_INTERVAL_MS;
  /** Where in an interval this agent sends. */
  readonly #share = Math.random();
  #delivering: Promise<boolean> | undefined;
  #running: Promise<void> = Promise.resolve();
  readonly #troubles: TroubleLog;
  #requests = 0;
  #garbageLines = 0;
  #foldedRequests = 0;
  #missingRequests = 0;
  #reportsRefused = 0;
  #acknowledgedAtMs: number | null = null;

  constructor(options: ReportLoopOptions) {
    const { outbox, accessLogPath } = options;
    this.#options = options;
    this.#troubles = new TroubleLog(options.log);
    this.#own = ownEndOf(options.instance());
    const connections = new ConnectionBook(outbox.connections);
    this.#folder = new EntryFolder(this.#own, Math.random, Date.now, undefined, connections, options.taps);
    options.taps?.onOpen(() => this.#woken.abort());
    const { place, lost } = outbox;
    this.#tail = new LogTail(accessLogPath, place?.position);
    this.#clock = new LineClock(place?.clock);
    this.#isWhole = outbox.isNew || place?.isWhole === true;
    this.#ledger = new RequestLedger(place?.ledger ?? undefined, this.#isWhole);
    const reading = place?.reading ?? undefined;
    // Whoever asked died before any comparison; by now the log may be longer than the clock remembers.
    if (reading !== undefined) this.#ledger.begin(reading, this.#clock);
    // Whoever asked died before it was held against the lines.
    if (reading !== undefined && reading.atMs > (place?.ledger?.atMs ?? 0)) this.#readings.push(reading);
    this.#storedReading = reading;
    if (lost !== undefined && lost.requests > 0) this.#tellGap(lostReports(lost));
    if (outbox.hasLostState) {
      this.#tellGap(lostPlace(this.#tail.countLines(), Date.now()));
      this.#tail.skipToEnd();
    }
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Why what is seen is not stored; undefined when it is. */
  get problem(): string | undefined {
    const why = this.#troubles.why(UNSTORED);
    return why === undefined ? undefined : `${UNSTORED}: ${why}`;
  }

  stats(): TelemetryStats {
    const { reports, requests } = this.#options.outbox.waiting();
    return {
      requests: this.#requests,
      garbageLines: this.#garbageLines,
      foldedRequests: this.#foldedRequests,
      missingRequests: this.#missingRequests,
      droppedSpans: this.#options.spans.dropped,
      reportsRefused: this.#reportsRefused,
      reportsWaiting: reports,
      requestsWaiting: requests,
      acknowledgedAtMs: this.#acknowledgedAtMs,
      comparedAtMs: this.#ledger.state?.atMs ?? null,
    };
  }

  /** Reads to the log's end and delivers, for no longer than `timeoutMs`; what is not delivered waits on the disk. */
  async stop(timeoutMs: number): Promise<void> {
    this.#stopping.abort();
    this.#woken.abort();
    await this.#running;
    const deadline = Date.now() + timeoutMs;
    this.#ledger.markClean();
    if (this.#foldSafely(Date.now()))
      this.#storeSafely(() => this.#options.outbox.commit({ place: this.#placeAfter([]) }));
    await this.#delivering;
    await Promise.race([this.#deliverUntil(deadline), delay(timeoutMs, undefined, { ref: false })]);
    this.#tail.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const startedMs = Date.now();
      // Before it is looked whether somebody looks: who comes after that wakes the wait.
      this.#woken = new AbortController();
      await this.#askEnvoy();
      const isAway = this.#troubles.has(UNDELIVERED) && this.#options.outbox.waiting().reports > AWAY_REPORTS;
      const ownMs = isAway ? AWAY_INTERVAL_MS : this.#intervalMs;
      const intervalMs = this.#options.taps?.isOpen === true ? Math.min(ownMs, TAPPED_INTERVAL_MS) : ownMs;
      if (this.#foldSafely(foldUntilMs(startedMs, intervalMs))) await this.#rotate();
      this.#delivering ??= this.#deliverLater(sendDelayMs(intervalMs, this.#share)).finally(() => {
        this.#delivering = undefined;
      });
      await this.#wait(nextFoldMs(startedMs, intervalMs) - Date.now());
    }
  }

  /** For the next fold, or until it is woken. Who counts bytes of what lasts hears of it meanwhile. */
  async #wait(waitMs: number): Promise<void> {
    const { isHeard, onLasting } = this.#options;
    const { signal } = this.#woken;
    for (let leftMs = Math.max(50, waitMs); leftMs > 0 && !signal.aborted && !this.#stopping.signal.aborted; ) {
      const stepMs = isHeard() ? Math.min(leftMs, PEEK_MS) : leftMs;
      await delay(stepMs, undefined, { signal }).catch(() => undefined);
      leftMs -= stepMs;
      const lasting = leftMs > 0 ? this.#tail.peek(LASTING_MARK).flatMap((line) => parseLastingStream(line) ?? []) : [];
      if (lasting.length > 0) onLasting(lasting);
    }
  }

  async #askEnvoy(): Promise<void> {
    if (Date.now() - this.#lastReadingMs < COUNTERS_EVERY_MS) return;
    this.#lastReadingMs = Date.now();
    const reading = await this.#options.readCounters();
    if (reading === undefined) return;
    this.#latestReading = reading;
    this.#readings.push(reading);
    if (this.#readings.length > READINGS_MAX) this.#readings.shift();
  }

  /** Folds what ended before `untilMs`. False when it could not be stored: the same lines are read again next time. */
  #foldSafely(untilMs: number): boolean {
    const { outbox } = this.#options;
    const isSettled = outbox.settle();
    const isStored = this.#storeSafely(() => {
      this.#relabel();
      while (this.#foldOnce(untilMs));
    });
    if (!isStored) this.#options.taps?.settle(false);
    // What Envoy has counted takes no room of its own: whoever comes after a death here can say what was lost.
    if (!isStored) this.#storeReading();
    else if (!isSettled)
      this.#troubles.tell(
        UNSTORED,
        new PharosError("exhausted", "no room to begin the telemetry store", {
          hint: "free space on its disk; until then reports wait in memory",
        }),
      );
    return isStored;
  }

  #storeSafely(work: () => void): boolean {
    try {
      work();
      this.#troubles.end(UNSTORED);
      return true;
    } catch (error) {
      this.#troubles.tell(UNSTORED, error);
      return false;
    }
  }

  #storeReading(): void {
    const { outbox } = this.#options;
    const reading = this.#latestReading;
    const { place } = outbox;
    if (reading === undefined || place === undefined || reading === this.#storedReading) return;
    try {
      outbox.commit({ place: { ...place, reading } });
      this.#storedReading = reading;
    } catch {
      // Told of with what was not stored.
    }
  }

  /** As it is stored once the lines before `position` are folded. */
  #placeAfter(ends: readonly number[], position = this.#tail.position): ReportPlace {
    const ledger = this.#ledger.state ?? null;
    const fromMs = (ledger?.atMs ?? 0) - SLOTS_BEFORE_MS;
    return {
      position,
      clock: this.#clock.stateWith(ends, fromMs),
      ledger,
      reading: this.#latestReading ?? null,
      isWhole: this.#isWhole,
    };
  }

  /** Reads one chunk and stores what it tells together with the place after it. True when there is more to read. */
  #foldOnce(untilMs: number): boolean {
    const { outbox, spans, onLasting } = this.#options;
    const readAtMs = Date.now();
    this.#gaps.push(...this.#findGaps(), ...this.#makeRoom());
    // A line of a time that is not yet was written by a clock that was set back: it waits for nothing.
    const { lines, next, isMore } = this.#tail.read((line) => endsBetween(line, untilMs, readAtMs));
    const { connections } = this.#folder;
    connections.discard();
    const ends = lines.flatMap((line) => this.#folder.addLine(line) ?? []);
    const folded = this.#folder.take();
    // Before it is stored: to be told twice does no harm.
    if (folded.lasting.length > 0) onLasting(folded.lasting);
    const heldSpans = spans.take();
    const allSpans = [...heldSpans, ...this.#encodeSpans(folded.spans)];
    const isEmpty = folded.windows.length === 0 && this.#gaps.length === 0 && allSpans.length === 0;
    try {
      const hasCounted =
        this.#latestReading?.completed !== this.#storedReading?.completed ||
        this.#latestReading?.startedMs !== this.#storedReading?.startedMs;
      if (!isEmpty || lines.length > 0 || hasCounted || next.inode !== this.#tail.position.inode) {
        outbox.commit(
          { place: this.#placeAfter(ends, next), ...(outbox.lost === undefined ? {} : { lost: null }) },
          isEmpty
            ? undefined
            : {
                createdMs: readAtMs,
                counts: encodeCounts(folded.windows, this.#gaps),
                extras: encodeExtras(folded.samples, allSpans),
                requests: folded.requests,
              },
          connections.changes(),
        );
      }
    } catch (error) {
      spans.giveBack(heldSpans);
      throw error;
    }
    this.#storedReading = this.#latestReading;
    this.#tail.confirm(next);
    connections.confirm();
    this.#options.taps?.settle(true);
    for (const endMs of ends) this.#clock.add(endMs);
    this.#gaps = [];
    this.#requests += folded.requests;
    this.#garbageLines += folded.garbageLines;
    this.#foldedRequests += folded.foldedRequests;
    if (!isMore) this.#readToEndMs = Math.min(readAtMs, untilMs);
    return isMore;
  }

  #encodeSpans(lines: readonly SpanLine[]): readonly Uint8Array[] {
    if (lines.length === 0) return [];
    const instance = this.#options.instance();
    const spans = lines.map((line) => spanOfLine(line, instance.nodeId));
    return [encodeResourceSpans(spans, labelInstance(instance))];
  }

  /** Compares with what Envoy counted, once all lines of that time have been read. */
  #findGaps(): Gap[] {
    const gaps: Gap[] = [];
    for (
      let reading = this.#readings[0];
      reading !== undefined && reading.atMs + SETTLE_MS <= this.#readToEndMs;
      reading = this.#readings[0]
    ) {
      this.#readings.shift();
      gaps.push(...this.#ledger.compare(reading, this.#clock));
    }
    for (const gap of gaps) this.#logGap(gap);
    return gaps;
  }

  #tellGap(gap: Gap): void {
    this.#gaps.push(gap);
    this.#logGap(gap);
  }

  #logGap({ reason, requests }: Gap): void {
    this.#missingRequests += requests;
    this.#options.log.warn("telemetry has a gap", { reason, requests });
  }

  #makeRoom(): Gap[] {
    const dropped = this.#options.outbox.trim();
    return dropped === undefined ? [] : [droppedReports(dropped)];
  }

  #relabel(): void {
    const own = ownEndOf(this.#options.instance());
    if (isDeepStrictEqual(own, this.#own)) return;
    this.#own = own;
    this.#folder.setOwn(own);
  }

  async #deliverLater(waitMs: number): Promise<boolean> {
    const { signal } = this.#stopping;
    if (waitMs > 0) await delay(waitMs, undefined, { signal }).catch(() => undefined);
    return this.#deliver(() => !signal.aborted);
  }

  /** True when all that waited is acknowledged. */
  async #deliver(isWanted: () => boolean): Promise<boolean> {
    const { outbox, instance, report } = this.#options;
    // A death would make what was delivered from memory look lost.
    if (outbox.isInMemory && !this.#stopping.signal.aborted) return false;
    const { namespace, name } = instance();
    const { intervalMs, isDone, error } = await deliverReports(
      outbox,
      `${namespace}/${name}`,
      report,
      isWanted,
      (answered) => this.#hear(answered),
    );
    if (intervalMs !== undefined) this.#intervalMs = intervalMs;
    if (isDone) {
      this.#troubles.end(UNDELIVERED);
      this.#acknowledgedAtMs = Date.now();
    } else if (error !== undefined) this.#troubles.tell(UNDELIVERED, error);
    return isDone;
  }

  #hear({ sentAtMs, serverTimeMs, refused }: Answered): void {
    if (serverTimeMs > 0) this.#options.onServerTime(serverTimeMs, sentAtMs);
    if (refused.length === 0) {
      this.#troubles.end(REFUSED);
      return;
    }
    this.#reportsRefused += 1;
    // How many differs each time, what and why does not.
    const kinds = refused.map((sentence) => sentence.replace(/: \d+ [a-z ]+$/, "")).join("; ");
    this.#troubles.tellOf(REFUSED, kinds, { refused: refused.join("; ") });
  }

  /** One lost answer is no reason to leave reports behind: nobody may come for them soon. */
  async #deliverUntil(deadlineMs: number): Promise<void> {
    while (!(await this.#deliver(() => Date.now() < deadlineMs)) && Date.now() < deadlineMs)
      await delay(LAST_RETRY_MS, undefined, { ref: false });
  }

  async #rotate(): Promise<void> {
    try {
      await this.#tail.rotate(this.#options.rotateBytes ?? ROTATE_BYTES, this.#options.reopenLogs);
      this.#troubles.end(UNROTATED);
    } catch (error) {
      // Envoy writes on to the renamed file, which is read on: it opens a new one when it is asked again or restarted.
      this.#troubles.tell(UNROTATED, error);
    }
  }
}
