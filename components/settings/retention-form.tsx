"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { readApiError } from "#components/api/api-error.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { useMay } from "#components/editor/use-may.ts";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field } from "#components/ui/field.tsx";
import { TextInput } from "#components/ui/text-input.tsx";
import { type GivenRetention, RETENTION_NAMES, type RetentionName } from "#core/telemetry/retention-names.ts";
import type { StorageView } from "#core/view/storage.ts";

const LABELS: Readonly<Record<RetentionName, string>> = {
  "10s": "Counts of ten seconds",
  "1m": "Counts of a minute",
  "10m": "Counts of ten minutes and longer",
  requests: "Requests",
  spans: "Spans",
  logs: "Logs of applications",
  points: "Samples of others' series",
  size: "All together at most",
};

/** How long what is kept, for administrators to set; the server says what of it cannot be. */
export function RetentionForm({ isFixed, texts }: StorageView["retention"]) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const may = useMay("access.setRetention");
  const [changed, setChanged] = useState<GivenRetention>({});
  const set = useMutation(
    trpc.access.setRetention.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries(trpc.access.storage.queryFilter());
        setChanged({});
      },
    }),
  );
  const failure = set.error === null ? undefined : readApiError(set.error);
  const wrong = RETENTION_NAMES.find((name) => failure?.message.startsWith(`${name}=`));
  const why = isFixed ? "said when the server was started, with --retention" : may.reason;
  return (
    <Card
      title="How long it is kept"
      description={why ?? "what is older goes within ten minutes, and does not come back"}
    >
      <form
        className="flex flex-col gap-4"
        data-testid="retention"
        onSubmit={(event) => {
          event.preventDefault();
          set.mutate(changed);
        }}
      >
        <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
          {RETENTION_NAMES.map((name) => (
            <Field
              key={name}
              label={LABELS[name]}
              hint={name === "size" ? "as 8GB" : "as 36h or 14d"}
              error={name === wrong ? failure?.message : undefined}
            >
              <TextInput
                value={changed[name] ?? texts[name]}
                onValueChange={(value) => setChanged({ ...changed, [name]: value })}
                maxLength={20}
                disabled={why !== undefined}
              />
            </Field>
          ))}
        </div>
        {failure !== undefined && wrong === undefined ? (
          <p role="alert" className="text-bad-text text-sm">
            {failure.message}
            {failure.hint === null ? "" : ` (${failure.hint})`}
          </p>
        ) : null}
        {why === undefined ? (
          <div className="flex gap-2">
            <Button type="submit" variant="primary" isBusy={set.isPending} disabled={Object.keys(changed).length === 0}>
              Save
            </Button>
            <Button
              variant="ghost"
              disabled={Object.keys(changed).length === 0}
              onClick={() => {
                set.reset();
                setChanged({});
              }}
            >
              As it was
            </Button>
          </div>
        ) : null}
      </form>
    </Card>
  );
}
