"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { ChangeField } from "#components/simulate/change-field.tsx";
import { QuestionFields } from "#components/simulate/question-fields.tsx";
import { SimulationResult } from "#components/simulate/simulation-result.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { useSearchState } from "#components/ui/use-search-state.ts";
import { parseHeaders } from "#core/view/parse-headers.ts";

/** What becomes of a request, step by step, without sending it. The question is in the address, so that it can be passed on. */
export function SimulatePage() {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const search = useSearchState();
  const proxies = useQuery(trpc.proxies.list.queryOptions());
  const [change, setChange] = useState("");
  const ask = useMutation({
    mutationFn: () =>
      client.simulate.request.mutate({
        from: search.get("from") ?? "",
        method: search.get("method") ?? "GET",
        url: search.get("url") ?? "",
        headers: parseHeaders(search.get("headers") ?? "").headers,
        ...(change.trim() === "" ? {} : { changes: [{ op: "upsert" as const, text: change }] }),
      }),
  });
  const callers = [...new Set((proxies.data ?? []).map(({ name, namespace }) => `${name}.${namespace}`))].sort();
  const wrongHeader = parseHeaders(search.get("headers") ?? "").wrong;
  const isComplete = search.get("from") !== null && search.get("url") !== null && wrongHeader === null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isComplete) ask.mutate();
  };
  return (
    <Page>
      <PageHeader title="Simulate" description="What becomes of a request, and why, before anybody sends it" />
      <div className="grid items-start gap-4 lg:grid-cols-[22rem_minmax(0,1fr)]">
        <form onSubmit={submit} className="flex min-w-0 flex-col gap-4">
          <Card title="Request">
            <div className="flex flex-col gap-3">
              <QuestionFields search={search} callers={callers} wrongHeader={wrongHeader} />
              <ChangeField text={change} onTextChange={setChange} />
              <Button type="submit" variant="primary" disabled={!isComplete} isBusy={ask.isPending}>
                Simulate
              </Button>
            </div>
          </Card>
        </form>
        <div className="min-w-0" aria-live="polite" data-testid="simulation">
          {ask.isPending ? (
            <Card>
              <SkeletonRows rows={6} />
            </Card>
          ) : ask.error !== null ? (
            <Card>
              <ErrorState error={ask.error} />
            </Card>
          ) : ask.data === undefined ? (
            <Card>
              <EmptyState icon={<FlaskConical />} title="Nothing asked yet">
                Choose who calls and what. Each proxy on the way is followed by the configuration that it was given:
                filter chains, routes, policies, endpoints and mutual TLS.
              </EmptyState>
            </Card>
          ) : (
            <SimulationResult view={ask.data} />
          )}
        </div>
      </div>
    </Page>
  );
}
