"use client";
import { useQuery } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { ChangeField } from "#components/simulate/change-field.tsx";
import { isCallerKnown } from "#components/simulate/is-caller-known.ts";
import { QuestionFields } from "#components/simulate/question-fields.tsx";
import { SimulationResult } from "#components/simulate/simulation-result.tsx";
import { useSimulation } from "#components/simulate/use-simulation.ts";
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
  const search = useSearchState();
  const proxies = useQuery(trpc.proxies.list.queryOptions());
  const [change, setChange] = useState("");
  const { answer, isAsked, isComplete, isBehind, ask } = useSimulation(search, change);
  const from = search.get("from") ?? "";
  const isUnknown = from !== "" && proxies.data !== undefined && !isCallerKnown(proxies.data, from);
  const callers = [...new Set((proxies.data ?? []).map(({ name, namespace }) => `${name}.${namespace}`))].sort();
  const wrongHeader = parseHeaders(search.get("headers") ?? "").wrong;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask();
  };
  return (
    <Page>
      <PageHeader title="Simulate" description="What becomes of a request, and why, before anybody sends it" />
      <div className="grid items-start gap-4 lg:grid-cols-[22rem_minmax(0,1fr)]">
        <form onSubmit={submit} className="flex min-w-0 flex-col gap-4">
          <Card title="Request">
            <div className="flex flex-col gap-3">
              <QuestionFields search={search} callers={callers} isUnknown={isUnknown} wrongHeader={wrongHeader} />
              <ChangeField
                text={change}
                onTextChange={setChange}
                onChoose={(text) => {
                  setChange(text);
                  ask(text);
                }}
              />
              <Button type="submit" variant="primary" disabled={!isComplete} isBusy={answer.isFetching}>
                Simulate
              </Button>
              {isBehind ? (
                <p role="status" className="text-muted text-xs">
                  The answer is to the request before; Simulate asks about this one.
                </p>
              ) : null}
            </div>
          </Card>
        </form>
        <div className="min-w-0" aria-live="polite" data-testid="simulation">
          {!isAsked ? (
            <Card>
              <EmptyState icon={<FlaskConical />} title="Nothing asked yet">
                Choose who calls and what. Each proxy on the way is followed by the configuration that it was given:
                filter chains, routes, policies, endpoints and mutual TLS.
              </EmptyState>
            </Card>
          ) : answer.data !== undefined ? (
            <SimulationResult view={answer.data} />
          ) : answer.error !== null ? (
            <Card>
              <ErrorState error={answer.error} />
            </Card>
          ) : (
            <Card>
              <SkeletonRows rows={6} />
            </Card>
          )}
        </div>
      </div>
    </Page>
  );
}
