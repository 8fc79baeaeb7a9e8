"use client";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { refusalDiagnostics } from "#components/editor/refusal-diagnostics.ts";
import type { Diagnostic } from "#core/diagnostic.ts";
import type { ResourceSummary } from "#core/view/config.ts";

const NONE: readonly Diagnostic[] = [];

/** What proxies refuse of each object now; the shell keeps the list of proxies fresh. */
export function useRefusals(): (ref: string | null) => readonly Diagnostic[] {
  const proxies = useQuery(useTRPC().proxies.list.queryOptions());
  const told = useMemo(() => refusalDiagnostics(proxies.data ?? []), [proxies.data]);
  return (ref) => (ref === null ? NONE : (told.get(ref) ?? NONE));
}

/** Rows of a list with what proxies refuse of them among their problems. */
export function useWithRefusals(): (rows: readonly ResourceSummary[]) => readonly ResourceSummary[] {
  const refusals = useRefusals();
  return (rows) =>
    rows.map((row) => {
      const refused = refusals(row.ref);
      return refused.length === 0 ? row : { ...row, diagnostics: [...refused, ...row.diagnostics] };
    });
}
