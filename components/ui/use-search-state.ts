"use client";
import { usePathname, useSearchParams } from "next/navigation";
import { useCallback } from "react";

export type SearchPatch = Readonly<Record<string, string | null>>;

export interface SearchState {
  readonly get: (name: string) => string | null;
  /** Null removes a parameter. A push can be undone by the browser's Back; typing and sorting should replace. */
  readonly set: (patch: SearchPatch, options?: { readonly history?: "push" | "replace" }) => void;
  readonly text: string;
}

/** View state that a link can carry. Changing it stays in the browser: no request for the page itself. */
export function useSearchState(): SearchState {
  const params = useSearchParams();
  const path = usePathname();
  const set = useCallback<SearchState["set"]>(
    (patch, options) => {
      const next = patchSearch(window.location.search, patch);
      const url = `${path}${next === "" ? "" : `?${next}`}`;
      if (options?.history === "push") window.history.pushState(null, "", url);
      else window.history.replaceState(null, "", url);
    },
    [path],
  );
  return { get: (name) => params.get(name), set, text: params.toString() };
}

/** The query string with some parameters set and others removed; the rest keep their order. */
export function patchSearch(search: string, patch: SearchPatch): string {
  const next = new URLSearchParams(search);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null || value === "") next.delete(name);
    else next.set(name, value);
  }
  return next.toString();
}
