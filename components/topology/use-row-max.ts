"use client";
import { useSyncExternalStore } from "react";

/** Widest first. A graph that goes from left to right is as wide as it is deep, which a narrow window cannot show so that it can be read. */
const WINDOWS = [
  { query: "(max-width: 1100px)", rowMax: 4 },
  { query: "(max-width: 640px)", rowMax: 2 },
] as const;

/** How many nodes stand in a row where the graph is drawn from top to bottom; null where the window has room for it from left to right. */
export function useRowMax(): number | null {
  return useSyncExternalStore(
    subscribe,
    () => WINDOWS.findLast(({ query }) => window.matchMedia(query).matches)?.rowMax ?? null,
    () => null,
  );
}

function subscribe(onChange: () => void): () => void {
  const lists = WINDOWS.map(({ query }) => window.matchMedia(query));
  for (const list of lists) list.addEventListener("change", onChange);
  return () => {
    for (const list of lists) list.removeEventListener("change", onChange);
  };
}
