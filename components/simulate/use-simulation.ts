"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPCClient } from "#components/api/trpc.ts";
import type { SearchState } from "#components/ui/use-search-state.ts";
import { parseHeaders } from "#core/view/parse-headers.ts";

/** A request as it is asked about. */
interface Question {
  readonly from: string;
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  /** YAML, or empty. */
  readonly change: string;
}

/** Null while something is missing, or a header is none. */
function readQuestion(search: SearchState, change: string): Question | null {
  const [from, url] = [search.get("from"), search.get("url")];
  const { headers, wrong } = parseHeaders(search.get("headers") ?? "");
  if (from === null || url === null || wrong !== null) return null;
  return { from, method: search.get("method") ?? "GET", url, headers, change: change.trim() === "" ? "" : change };
}

/** What becomes of the request in the address: asked at once where it came whole, as in a link, and then when one says so. */
export function useSimulation(search: SearchState, change: string) {
  const client = useTRPCClient();
  const question = readQuestion(search, change);
  const [asked, setAsked] = useState(question);
  const answer = useQuery({
    queryKey: ["simulate", asked],
    queryFn: ({ signal }) => {
      if (asked === null) throw new Error("nothing was asked");
      const { change: text, headers, ...request } = asked;
      const changes = text === "" ? {} : { changes: [{ op: "upsert" as const, text }] };
      return client.simulate.request.mutate(
        { ...request, headers: headers.map(([name, value]): [string, string] => [name, value]), ...changes },
        { signal },
      );
    },
    enabled: asked !== null,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  return {
    answer,
    isAsked: asked !== null,
    isComplete: question !== null,
    /** The fields say something else than what is answered. */
    isBehind: asked !== null && JSON.stringify(asked) !== JSON.stringify(question),
    /** Asks about the request as it stands, anew where it was asked before; or with another change, once the request is whole. */
    ask: (withChange = change) => {
      const next = readQuestion(search, withChange);
      if (next === null) return;
      if (JSON.stringify(next) === JSON.stringify(asked)) void answer.refetch();
      else setAsked(next);
    },
  };
}
