import type { GraphView } from "#core/view/graph.ts";

export interface GraphAsk {
  readonly view: GraphView;
  readonly seconds: number;
  readonly idle: boolean;
}

/** The API's input: server and browser build it here, so that what one fetched the other finds. */
export function toGraphInput({ view, seconds, idle }: GraphAsk) {
  return { view, seconds, ...(idle ? { idle } : {}) };
}
