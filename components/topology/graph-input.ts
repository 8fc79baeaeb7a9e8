import type { GraphView } from "#core/graph/graph.ts";

export interface GraphAsk {
  readonly view: GraphView;
  readonly seconds: number;
  readonly idle: boolean;
  readonly closed: ReadonlySet<string>;
  readonly open: ReadonlySet<string>;
  /** Up to when; absent: now. */
  readonly endMs?: number | undefined;
  /** The end of another range, to be drawn beside. */
  readonly thanMs?: number | undefined;
}

/** The API's input: server and browser build it here, so that what one fetched the other finds. */
export function toGraphInput({ view, seconds, idle, closed, open, endMs, thanMs }: GraphAsk) {
  return {
    view,
    seconds,
    ...(idle ? { idle } : {}),
    ...(closed.size > 0 ? { closed: [...closed].sort() } : {}),
    ...(open.size > 0 ? { open: [...open].sort() } : {}),
    ...(endMs === undefined ? {} : { endMs }),
    ...(thanMs === undefined ? {} : { thanMs }),
  };
}
