"use client";
import { useEffect, useState } from "react";

/** The time, renewed every `everyMs`, or read once for null. Null until the browser has taken over, so that server and browser draw the same first. */
export function useNow(everyMs: number | null): number | null {
  const [now, setNow] = useState<number | null>(null);
  useEffect(() => {
    setNow(Date.now());
    if (everyMs === null) return;
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
