"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Save } from "lucide-react";
import { useTRPC } from "#components/api/trpc.ts";
import { handOver } from "#components/traces/hand-over.ts";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { mayUse } from "#core/access/endpoints.ts";
import type { Trace } from "#core/telemetry/trace.ts";

/** Hands the traces of a file over as one's own: they are stored with one's name, and everybody finds them. */
export function StoreTraces({ traces }: { readonly traces: readonly Trace[] }) {
  const session = useQuery(useTRPC().session.me.queryOptions(undefined, { staleTime: 60_000 }));
  const role = session.data?.principal?.role ?? null;
  const store = useMutation({ mutationFn: () => handOver(traces) });
  const [first] = traces;
  const told = store.isError ? store.error.message : store.data;
  const isAllowed = mayUse("/v1/traces", role);
  return (
    <>
      {told === undefined || told === "" ? null : (
        <span role="status" data-testid="stored" className="max-w-96 text-bad text-xs [overflow-wrap:anywhere]">
          {told}
        </span>
      )}
      {store.isSuccess && first !== undefined ? (
        <ButtonLink href={`/traces/${first.traceId}`}>See it stored</ButtonLink>
      ) : (
        <Button
          isBusy={store.isPending}
          disabled={!isAllowed}
          title={isAllowed ? undefined : "This needs the role operator"}
          onClick={() => store.mutate()}
        >
          <Save aria-hidden /> {traces.length === 1 ? "Store this trace" : `Store these ${traces.length} traces`}
        </Button>
      )}
    </>
  );
}
