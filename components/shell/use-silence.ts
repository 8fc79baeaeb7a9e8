"use client";
import { useEffect, useState } from "react";

/** An answer that takes longer is taken for none: what is asked so often answers in milliseconds. */
const PATIENCE_MS = 4000;

interface Asked {
  readonly isFetching: boolean;
  readonly failureCount: number;
}

/** Whether the server keeps silent: it hangs, or cannot be reached. `asked` is a query that is asked every few seconds. */
export function useSilence({ isFetching, failureCount }: Asked): boolean {
  const [isLate, setIsLate] = useState(false);
  useEffect(() => {
    if (!isFetching) return setIsLate(false);
    const timer = setTimeout(() => setIsLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isFetching]);
  return isLate || failureCount > 0;
}
