"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { readApiError } from "#components/api/api-error.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { useMay } from "#components/editor/use-may.ts";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { ChipInput } from "#components/ui/chip-input.tsx";
import { DefinitionList } from "#components/ui/definition-list.tsx";
import { Field } from "#components/ui/field.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { REDACTED_PATTERN } from "#core/telemetry/redact-headers.ts";
import type { RedactionView } from "#core/view/redaction.ts";

/** Which headers of live requests stay on their hosts, for administrators to set. */
export function RedactionTab() {
  const redaction = useQuery(useTRPC().access.redaction.queryOptions());
  return (
    <QueryView query={redaction} what="which headers are redacted" skeleton={<SkeletonRows rows={4} />}>
      {(view) => <RedactionForm {...view} />}
    </QueryView>
  );
}

function RedactionForm({ always, ofTokens, patterns, defaults }: RedactionView) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const may = useMay("access.setRedaction");
  const [changed, setChanged] = useState<readonly string[] | null>(null);
  const set = useMutation(
    trpc.access.setRedaction.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries(trpc.access.redaction.queryFilter());
        setChanged(null);
      },
    }),
  );
  const failure = set.error === null ? undefined : readApiError(set.error);
  return (
    <Card
      title="Redacted headers"
      description={
        may.reason ??
        "Of live requests shown with their headers: values of these never leave their hosts. Of addresses, neither do queries, fragments and users. Nothing of them is stored either, in labels that a Telemetry makes of headers or in attributes of spans and logs."
      }
    >
      <form
        className="flex flex-col gap-4"
        data-testid="redaction"
        onSubmit={(event) => {
          event.preventDefault();
          set.mutate({ patterns: [...(changed ?? patterns)] });
        }}
      >
        <DefinitionList
          items={[
            { term: "Always", value: always.join(", ") },
            {
              term: "Of tokens",
              value: ofTokens.length === 0 ? "No RequestAuthentication names others" : ofTokens.join(", "),
            },
          ]}
        />
        <Field
          label="And these"
          hint='names, with "*" for anything: x-api-key, *-token'
          error={
            failure === undefined ? undefined : `${failure.message}${failure.hint === null ? "" : ` (${failure.hint})`}`
          }
        >
          <ChipInput
            values={changed ?? patterns}
            onValuesChange={setChanged}
            options={defaults}
            doubtOf={(value) => (REDACTED_PATTERN.test(value.toLowerCase()) ? null : "no header has such a name")}
            label="Names of headers"
          />
        </Field>
        {may.isAllowed ? (
          <div className="flex flex-wrap gap-2">
            <Button type="submit" variant="primary" isBusy={set.isPending} disabled={changed === null}>
              Save
            </Button>
            <Button variant="ghost" disabled={changed === null} onClick={() => setChanged(null)}>
              As it was
            </Button>
            <Button variant="ghost" onClick={() => setChanged(defaults)}>
              By default
            </Button>
          </div>
        ) : null}
      </form>
    </Card>
  );
}
