"use client";
import { useEffect, useState } from "react";
import { useDebounced } from "#components/ui/use-debounced.ts";

/** Lets one type freely and passes the text on when typing pauses for `ms`; follows `value` when that changes by itself. */
export function useSettled(
  value: string,
  onSettle: (value: string) => void,
  ms: number,
): readonly [typed: string, setTyped: (typed: string) => void] {
  const [typed, setTyped] = useState(value);
  const settled = useDebounced(typed, ms);
  useEffect(() => setTyped(value), [value]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: passes on when typing has paused, and at no other time
  useEffect(() => {
    if (settled === typed && settled !== value) onSettle(settled);
  }, [settled]);
  return [typed, setTyped];
}
