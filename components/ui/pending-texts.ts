"use client";
import { createContext, useContext, useEffect, useId, useRef, useSyncExternalStore } from "react";

interface PendingText {
  readonly label: string;
  readonly text: string;
  /** Makes the text part of the form; false when it cannot be. */
  readonly take: () => boolean;
}

/** The fields of a form that hold text which is not yet part of it. */
export class PendingTexts {
  readonly #fields = new Map<string, PendingText>();
  readonly #listeners = new Set<() => void>();

  get size(): number {
    return this.#fields.size;
  }

  set(id: string, field: PendingText): void {
    this.#fields.set(id, field);
    this.#tell();
  }

  delete(id: string): void {
    if (this.#fields.delete(id)) this.#tell();
  }

  /** Takes what can be taken and returns the rest, as people see it: `"x" in Hosts`. */
  takeAll(): string[] {
    return [...this.#fields].flatMap(([id, { label, text, take }]) => {
      if (!take()) return [`"${text}" in ${label}`];
      this.delete(id);
      return [];
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Given by a form that must not go on without what stands in its fields. */
export const PendingTextsContext = createContext<PendingTexts | null>(null);

/** Tells the form around it that a field holds text which is not yet part of it; null when it holds none. */
export function usePendingText(label: string, text: string | null, take: () => boolean): void {
  const pending = useContext(PendingTextsContext);
  const id = useId();
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
    if (pending === null || text === null) return;
    pending.set(id, { label, text, take: () => latest.current() });
    return () => pending.delete(id);
  }, [pending, id, label, text]);
}

/** How many fields hold such text. */
export function usePendingCount(pending: PendingTexts): number {
  return useSyncExternalStore(
    pending.subscribe,
    () => pending.size,
    () => 0,
  );
}
