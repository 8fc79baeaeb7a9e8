"use client";
import { useSyncExternalStore } from "react";

const NEVER = () => () => undefined;

/**
 * False in what the server draws and while the browser takes it over; true from then on, and at once on a page that is opened from
 * another. For what only the browser knows, such as its storage.
 */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    NEVER,
    () => true,
    () => false,
  );
}
