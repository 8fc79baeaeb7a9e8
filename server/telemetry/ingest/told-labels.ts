import type { RequestShape, RequestWindow } from "#proto/gen/pharos/agent/v1/agent_pb.js";

/** What windows with equal labels have in common: read once, and what is made of them too. */
export interface ToldLabels {
  /** A window with these labels and nothing counted. */
  readonly window: RequestWindow;
  /** What was made of them last, and for whom. */
  made?: { readonly of: object; readonly by: object | undefined; readonly value: unknown };
}

/** What windows with equal shapes have in common. */
export interface ToldShapeName {
  readonly method: string;
  readonly pathTemplate: string;
  /** The same as it may be told, once that was asked. */
  stamped: { readonly method: string; readonly pathTemplate: string } | undefined;
}

export interface ToldShape {
  readonly shape: ToldShapeName;
  readonly count: number;
}

/** What is counted in a window. */
export interface WindowFigures {
  readonly windowStartMs: number | bigint;
  readonly count: number | bigint;
  readonly requestBytes: number | bigint;
  readonly responseBytes: number | bigint;
  readonly durationSumMs: number;
  readonly opened: number;
  readonly durationBuckets: readonly number[];
  readonly durations: readonly number[];
  readonly requestSizes: readonly number[];
  readonly responseSizes: readonly number[];
  readonly shapes: readonly (ToldShape | RequestShape)[];
}

/** A window as it was read: with labels that others have too, or its own. */
export type ToldWindow = RequestWindow | (WindowFigures & { readonly told: ToldLabels });

/** `make` of the labels of a window, made again only where `of` is another, or what it is made by. */
export function madeOnce<T>(
  window: ToldWindow,
  of: object | undefined,
  by: object | undefined,
  make: (labels: RequestWindow) => T,
): T {
  if (!("told" in window)) return make(window);
  const { told } = window;
  if (of === undefined) return make(told.window);
  if (told.made?.of === of && told.made.by === by) return told.made.value as T;
  const value = make(told.window);
  told.made = { of, by, value };
  return value;
}

/** What one agent's reports were made of, by the bytes that they were told in. */
export interface AgentLabels {
  readonly windows: Map<string, ToldLabels>;
  readonly shapes: Map<string, ToldShapeName>;
  /** How many texts there are, and were when they were counted last: a long one counts as several. */
  texts: number;
  counted: number;
}

/** Few are longer; of one that is each such part counts. */
const TEXT_BYTES = 1024;
/** Of one agent: beyond it all of them are read anew. */
const TEXTS_MAX = 6000;
/** Agents that are known at a time, and texts of all; who was silent longest goes. */
const AGENTS_MAX = 20_000;
const TEXTS_IN_SUM_MAX = 300_000;

/** What a text of an agent means, for the next report. */
export function remember<T>(agent: AgentLabels, texts: Map<string, T>, text: string, meaning: T): void {
  texts.set(text, meaning);
  agent.texts += 1 + Math.floor(text.length / TEXT_BYTES);
}

/** Labels that agents told of before. */
export class LabelMemory {
  /** The one that reported last is the last. */
  readonly #agents = new Map<string, AgentLabels>();
  #texts = 0;

  of(agent: string): AgentLabels {
    const known = this.#agents.get(agent) ?? { windows: new Map(), shapes: new Map(), texts: 0, counted: 0 };
    this.#agents.delete(agent);
    this.#agents.set(agent, known);
    return known;
  }

  /** Forgets what is too much, once a report of an agent was read. */
  bound(agent: string): void {
    const known = this.#agents.get(agent);
    if (known === undefined) return;
    const { texts } = known;
    this.#texts += texts - known.counted;
    known.counted = texts;
    if (texts > TEXTS_MAX) this.#forget(agent);
    for (const oldest of this.#agents.keys()) {
      if (this.#agents.size <= AGENTS_MAX && this.#texts <= TEXTS_IN_SUM_MAX) return;
      this.#forget(oldest);
    }
  }

  #forget(agent: string): void {
    this.#texts -= this.#agents.get(agent)?.counted ?? 0;
    this.#agents.delete(agent);
  }
}
