"use client";
import { Plus, Trash2 } from "lucide-react";
import type { FormContext } from "#components/editor/form-context.ts";
import { Button } from "#components/ui/button.tsx";
import { Combobox } from "#components/ui/combobox.tsx";
import { Field } from "#components/ui/field.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { LOCALITY_PATH, type LocalityForm, setFailover } from "#core/form/locality-form.ts";

export interface PlaceRowsProps {
  readonly form: LocalityForm;
  readonly context: FormContext;
  /** Where instances are. */
  readonly places: readonly string[];
}

/** For callers of a region the one that they go on to. */
export function FailoverRows({ form: { failover }, context, places }: PlaceRowsProps) {
  const regions = [...new Set(places.map((place) => place.split("/")[0] ?? ""))];
  const set = (index: number, change: Partial<LocalityForm["failover"][number]>) =>
    context.edit(setFailover(failover.map((each, at) => (at === index ? { ...each, ...change } : each))));
  const problem = (index: number, field: string) => context.problemAt([...LOCALITY_PATH, "failover", index, field]);
  return (
    <div className="flex flex-col gap-3">
      {failover.map(({ from, to }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place in the list
        <div key={index} className="grid grid-cols-[1fr_1fr_auto] items-end gap-3">
          <Field label="Callers in region" error={problem(index, "from")}>
            <Combobox isFree value={from} options={regions} onValueChange={(value) => set(index, { from: value })} />
          </Field>
          <Field label="go on to region" error={problem(index, "to")}>
            <Combobox isFree value={to} options={regions} onValueChange={(value) => set(index, { to: value })} />
          </Field>
          <IconButton
            label={`Remove the region for ${from || "callers"}`}
            disabled={failover.length === 1}
            onClick={() => context.edit(setFailover(failover.filter((_, at) => at !== index)))}
          >
            <Trash2 aria-hidden />
          </IconButton>
        </div>
      ))}
      <Button
        variant="ghost"
        className="self-start"
        onClick={() => context.edit(setFailover([...failover, { from: "", to: "" }]))}
      >
        <Plus aria-hidden /> Another region
      </Button>
    </div>
  );
}
