import { create } from "@bufbuild/protobuf";
import { type AccessEntry, parseAccessEntry, textOf, wholeOf } from "#core/telemetry/access-entry.ts";
import { WINDOW_MS } from "#core/telemetry/buckets.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { type BucketCounts, countIn, packHistogram } from "#core/telemetry/histogram.ts";
import { type LastingStream, parseLastingStream } from "#core/telemetry/lasting-stream.ts";
import { isPlaintextGuess, parseRefusal } from "#core/telemetry/refused-connection.ts";
import { parseSpanLine, type SpanLine } from "#core/telemetry/span-line.ts";
import { remainderOf, textOfKey, wireOfKey } from "#core/telemetry/traffic-key.ts";
import { EntryBounds } from "#mesh-agent/telemetry/bound-entry.ts";
import { ConnectionBook } from "#mesh-agent/telemetry/connection-book.ts";
import { denialOf, labelEntry, type OwnEnd } from "#mesh-agent/telemetry/label-entry.ts";
import { RequestShapes, type Shape } from "#mesh-agent/telemetry/request-shapes.ts";
import { type Random, SampleRequests } from "#mesh-agent/telemetry/sample-requests.ts";
import type { SeenRequest } from "#mesh-agent/telemetry/seen-request.ts";
import { type RequestSample, type RequestWindow, RequestWindowSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";

interface OpenWindow {
  readonly labels: TrafficKey;
  readonly startMs: number;
  count: number;
  requestBytes: number;
  responseBytes: number;
  durationSumMs: number;
  opened: number;
  readonly durations: BucketCounts;
  readonly requestSizes: BucketCounts;
  readonly responseSizes: BucketCounts;
  readonly shapes: Map<Shape, number>;
}

/** Labels of lines with one text, and the window that such a line was counted in last. */
interface Labelled {
  readonly labels: TrafficKey;
  last: OpenWindow | undefined;
}

export interface Folded {
  readonly windows: readonly RequestWindow[];
  readonly samples: readonly RequestSample[];
  readonly requests: number;
  /** Of those, HTTP: what Envoy's own counters count too. */
  readonly httpRequests: number;
  readonly garbageLines: number;
  /** Counted under "unknown" for the many names there were. */
  readonly foldedRequests: number;
  /** Of requests that have not ended; what was told of one before it tells again. */
  readonly lasting: readonly LastingStream[];
  /** Of requests that were traced. */
  readonly spans: readonly SpanLine[];
}

/** Is told of each request while somebody looks. */
export interface RequestTap {
  readonly isOpen: boolean;
  offer(seen: SeenRequest): void;
}

/** Keys of one batch; what goes beyond is counted without the labels that clients choose. */
const WINDOWS_MAX = 2000;
const LABEL_CACHE_MAX = 5000;
/** Of one text that others choose, in a key. */
const TEXT_CHARS_MAX = 1024;
const DURATION_MS_MAX = 2 ** 40;
/** The latest time that a date can have. */
const TIME_MS_MAX = 8.64e15 - DURATION_MS_MAX;

/** Folds lines of the access log into windows, by the time at which each request ended. Every line is counted once. */
export class EntryFolder {
  readonly #labels = new Map<string, Labelled>();
  readonly #samples: SampleRequests;
  readonly #shapes = new RequestShapes();
  readonly #bounds: EntryBounds;
  readonly #windowsMax: number;
  readonly #taps: RequestTap | undefined;
  /** Of TCP connections: what is told of them stands once it is confirmed. */
  readonly connections: ConnectionBook;
  #own: OwnEnd;
  #open = new Map<string, OpenWindow>();
  #requests = 0;
  #httpRequests = 0;
  #garbageLines = 0;
  #lasting: LastingStream[] = [];
  #spans: SpanLine[] = [];

  constructor(
    own: OwnEnd,
    random: Random = Math.random,
    now: () => number = Date.now,
    windowsMax: number = WINDOWS_MAX,
    connections: ConnectionBook = new ConnectionBook(),
    taps?: RequestTap,
  ) {
    this.#taps = taps;
    this.connections = connections;
    this.#windowsMax = windowsMax;
    this.#own = own;
    this.#bounds = new EntryBounds(now);
    this.#samples = new SampleRequests(random);
  }

  setOwn(own: OwnEnd): void {
    this.#own = own;
    this.#labels.clear();
  }

  /** Returns when the request ended (ms since the epoch), if Envoy counts it among HTTP requests. */
  addLine(line: string): number | undefined {
    const lasting = parseLastingStream(line);
    if (lasting !== undefined) {
      this.#lasting.push(lasting);
      return undefined;
    }
    const span = parseSpanLine(line);
    if (span !== undefined) {
      this.#spans.push(span);
      return undefined;
    }
    let entry = parseAccessEntry(line);
    if (entry === undefined) {
      this.#garbageLines += 1;
      entry = entryBehindHalf(line);
      if (entry === undefined) return undefined;
    }
    // What came over it has lines of its own.
    if (isPlaintextGuess(entry)) return undefined;
    return this.#addEntry(entry);
  }

  /** Takes what was folded since the last call. */
  take(): Folded {
    const folded: Folded = {
      windows: [...this.#open.values()].map(closeWindow),
      samples: this.#samples.take(),
      requests: this.#requests,
      httpRequests: this.#httpRequests,
      garbageLines: this.#garbageLines,
      foldedRequests: this.#bounds.folded,
      lasting: this.#lasting,
      spans: this.#spans,
    };
    this.#lasting = [];
    this.#spans = [];
    this.#bounds.folded = 0;
    this.#open = new Map();
    for (const labelled of this.#labels.values()) labelled.last = undefined;
    this.#requests = this.#httpRequests = this.#garbageLines = 0;
    return folded;
  }

  #addEntry(entry: AccessEntry): number | undefined {
    const durationMs = wholeOf(entry.d, DURATION_MS_MAX);
    const endMs = endOf(entry);
    const told = this.connections.take(entry, endMs);
    if (told !== undefined && told.opened + told.closed + told.received + told.sent === 0) return undefined;
    const window = this.#windowOf(this.#bounds.bound(entry), endMs - (endMs % WINDOW_MS));
    const [requestBytes, responseBytes] = [told?.received ?? wholeOf(entry.bi), told?.sent ?? wholeOf(entry.bo)];
    window.requestBytes += requestBytes;
    window.responseBytes += responseBytes;
    window.opened += told?.opened ?? (window.labels.protocol === "tcp" ? 1 : 0);
    if (told?.closed === 0) return undefined;
    window.count += 1;
    window.durationSumMs += durationMs;
    countIn(window.durations, durationMs);
    this.#requests += 1;
    if (window.labels.protocol === "tcp") return undefined;
    countIn(window.requestSizes, requestBytes);
    countIn(window.responseSizes, responseBytes);
    const shape = this.#shapes.shapeOf(window.labels.destinationService, textOf(entry.m), textOf(entry.p));
    window.shapes.set(shape, (window.shapes.get(shape) ?? 0) + 1);
    const seen = this.#samples.offer(entry, window.labels, shape);
    if (this.#taps?.isOpen === true) this.#taps.offer(seen);
    this.#httpRequests += 1;
    return endMs;
  }

  #windowOf(entry: AccessEntry, startMs: number): OpenWindow {
    const text = keyOf(entry);
    let labelled = this.#labels.get(text);
    if (labelled === undefined) {
      if (this.#labels.size >= LABEL_CACHE_MAX) this.#labels.clear();
      labelled = { labels: labelEntry(entry, this.#own), last: undefined };
      this.#labels.set(text, labelled);
    }
    if (labelled.last?.startMs === startMs) return labelled.last;
    const key = `${startMs} ${text}`;
    const { labels } = labelled;
    const isRoom = this.#open.size < this.#windowsMax;
    const window =
      this.#open.get(key) ?? (isRoom ? this.#openWindow(key, labels, startMs) : this.#overflow(labels, startMs));
    labelled.last = window;
    return window;
  }

  /** The same bucket that the control plane has for a reporter of too many labels. */
  #overflow(labels: TrafficKey, startMs: number): OpenWindow {
    const rest = remainderOf(labels, "overflow");
    const key = `${startMs} more ${textOfKey(rest)}`;
    return this.#open.get(key) ?? this.#openWindow(key, rest, startMs);
  }

  #openWindow(key: string, labels: TrafficKey, startMs: number): OpenWindow {
    const window: OpenWindow = {
      labels,
      startMs,
      count: 0,
      requestBytes: 0,
      responseBytes: 0,
      durationSumMs: 0,
      opened: 0,
      durations: new Map(),
      requestSizes: new Map(),
      responseSizes: new Map(),
      shapes: new Map(),
    };
    this.#open.set(key, window);
    return window;
  }
}

/** Objects that half a line may have, with the one that begins behind it. */
const OBJECTS_MAX = 8;

/** Half a line of a killed Envoy may have the first line of the next one behind it. Both may have objects in them. */
function entryBehindHalf(line: string): AccessEntry | undefined {
  let start = 0;
  for (let tries = 0; tries < OBJECTS_MAX; tries += 1) {
    start = line.indexOf('{"', start + 1);
    if (start < 0) return undefined;
    const entry = parseAccessEntry(line.slice(start));
    if (entry !== undefined) return entry;
  }
  return undefined;
}

/** Whether what a line tells of ended in this time, be it a request or its span; not of a line that tells of nothing. */
export function endsBetween(line: string, fromMs: number, toMs: number): boolean {
  const entry = parseAccessEntry(line);
  const endMs = entry === undefined ? endOfSpan(parseSpanLine(line)) : endOf(entry);
  return endMs >= fromMs && endMs <= toMs;
}

const endOfSpan = (span: SpanLine | undefined): number =>
  span === undefined ? Number.NaN : Math.floor((span.startUs + span.durationUs) / 1000);

function endOf({ t, d }: AccessEntry): number {
  return wholeOf(t, TIME_MS_MAX) + wholeOf(d, DURATION_MS_MAX);
}

/** Everything that labels are made of; lines with equal text have equal labels. */
function keyOf(e: AccessEntry): string {
  // Most requests are answered by whom they went to: they are not looked at for who refused them.
  const isServed = e.cd === "via_upstream" && textOf(e.td) === "";
  const denied = isServed ? parseRefusal(e) : denialOf(e);
  // The host matters only where no cluster tells the service.
  const host = e.uc === null || e.uc === undefined || e.uc === "-" ? e.a : "";
  const grpc = e.ct === null || e.ct === undefined ? "" : textOf(e.ct).startsWith("application/grpc") ? "g" : "";
  const tags = e.mt === undefined ? "" : JSON.stringify(e.mt);
  const from = `${e.dir}|${short(e.c)}|${short(e.f)}|${short(e.uc)}|${short(e.uw)}|${short(e.pw)}|${short(e.up)}|${short(e.dp)}|${short(e.g)}|`;
  const texts = `${short(e.lp)}|${short(e.tv)}|${short(e.ra)}|${short(e.rl)}|${short(e.lc)}|${short(denied)}|${short(host)}`;
  return `${from}${texts}|${grpc}|${e.uh === null || e.uh === "-" ? "" : "u"}|${e.uf === null || e.uf === "-" || e.uf === "" ? "" : "f"}|${e.m === null ? "" : "m"}|${e.pr === null ? "" : "p"}${textOf(e.mi) === "" ? "" : "m"}${tags}`;
}

function short(value: unknown): string {
  if (typeof value !== "string") return value === undefined ? "" : String(value);
  return value.length > TEXT_CHARS_MAX ? value.slice(0, TEXT_CHARS_MAX) : value;
}

function closeWindow(window: OpenWindow): RequestWindow {
  return create(RequestWindowSchema, {
    ...wireOfKey(window.labels),
    windowStartMs: BigInt(window.startMs),
    windowMs: WINDOW_MS,
    count: BigInt(window.count),
    requestBytes: BigInt(window.requestBytes),
    responseBytes: BigInt(window.responseBytes),
    durationSumMs: window.durationSumMs,
    opened: window.opened,
    durations: packHistogram(window.durations),
    requestSizes: packHistogram(window.requestSizes),
    responseSizes: packHistogram(window.responseSizes),
    shapes: Array.from(window.shapes, ([shape, of]) => ({ ...shape, count: BigInt(of) })),
  });
}
