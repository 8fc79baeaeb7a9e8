import { type AccessEntry, textOf, wholeOf } from "#core/telemetry/access-entry.ts";

/** What was told of a connection that is open. */
export interface ToldConnection {
  readonly received: number;
  readonly sent: number;
  /** When its last line was written. */
  readonly seenMs: number;
}

/** What a line of a TCP connection adds to what was told of it. */
export interface ConnectionDelta {
  readonly opened: number;
  readonly closed: number;
  readonly received: number;
  readonly sent: number;
}

/** By id; undefined: forget it. */
export type ConnectionChanges = ReadonlyMap<string, ToldConnection | undefined>;

export interface ConnectionState {
  readonly told: Iterable<readonly [id: string, told: ToldConnection]>;
  /** Of one that began before this nobody knows any more what was told. */
  readonly knownFromMs: number;
}

/** Connections that are followed; what is not is told of as it ends, whole. */
const CONNECTIONS_MAX = 20_000;
/** An open connection has a line every ten seconds: one without was of an Envoy that was killed. */
const SILENT_MS = 3_600_000;
const END = "TcpConnectionEnd";

/**
 * Long connections have a line as they begin, one every few seconds, and one at their end, each with all the bytes until then: of each
 * the difference is told. What it learns stands once it is confirmed, when it is stored with the place in the log.
 */
export class ConnectionBook {
  readonly #told: Map<string, ToldConnection>;
  readonly #knownFromMs: number;
  #pending = new Map<string, ToldConnection | undefined>();

  constructor({ told, knownFromMs }: ConnectionState = { told: [], knownFromMs: 0 }) {
    this.#told = new Map(told);
    this.#knownFromMs = knownFromMs;
  }

  /** Undefined for lines of listeners that only tell of ends: those are whole. */
  take(entry: AccessEntry, endMs: number): ConnectionDelta | undefined {
    const kind = textOf(entry.at);
    if (kind === "") return undefined;
    const id = `${textOf(entry.ci)}@${textOf(entry.t)}`;
    const isEnd = kind === END;
    const known = this.#pending.has(id) ? this.#pending.get(id) : this.#told.get(id);
    const now = { received: wholeOf(entry.bi), sent: wholeOf(entry.bo), seenMs: endMs };
    const isForgotten = known === undefined && wholeOf(entry.t) < this.#knownFromMs;
    if (known === undefined && !isEnd && this.#told.size + this.#pending.size >= CONNECTIONS_MAX)
      return { opened: 0, closed: 0, received: 0, sent: 0 };
    this.#pending.set(id, isEnd ? undefined : now);
    const before = known ?? (isForgotten ? now : { received: 0, sent: 0 });
    return {
      opened: known === undefined && !isForgotten ? 1 : 0,
      closed: isEnd ? 1 : 0,
      received: Math.max(0, now.received - before.received),
      sent: Math.max(0, now.sent - before.sent),
    };
  }

  /** What is to be stored; with it those that were silent for too long. */
  changes(): ConnectionChanges {
    const newest = [...this.#pending.values()].reduce((latest, told) => Math.max(latest, told?.seenMs ?? 0), 0);
    if (newest > 0)
      for (const [id, { seenMs }] of this.#told) {
        if (seenMs >= newest - SILENT_MS) break;
        if (!this.#pending.has(id)) this.#pending.set(id, undefined);
      }
    return this.#pending;
  }

  confirm(): void {
    for (const [id, told] of this.#pending) {
      // The one that was seen last is the last.
      this.#told.delete(id);
      if (told !== undefined) this.#told.set(id, told);
    }
    this.discard();
  }

  /** The same lines will come again. */
  discard(): void {
    this.#pending = new Map();
  }
}
