"use client";
import { type ReactNode, useEffect, useState } from "react";
import { NO_PAGE } from "#components/api/api-error.ts";
import { ErrorState } from "#components/ui/error-state.tsx";

/** Longer than a page waits for what it shows. */
const PATIENCE_MS = 12_000;

/** What stands while a page is fetched; of one that does not come it says so. */
export function Awaited({ children }: { readonly children: ReactNode }) {
  const [isLate, setIsLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return isLate ? <ErrorState error={NO_PAGE} what="this page" onRetry={() => window.location.reload()} /> : children;
}
