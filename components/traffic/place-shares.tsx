"use client";
import { Plus, Trash2 } from "lucide-react";
import type { PlaceRowsProps } from "#components/traffic/failover-rows.tsx";
import { Button } from "#components/ui/button.tsx";
import { Combobox } from "#components/ui/combobox.tsx";
import { Field } from "#components/ui/field.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { NumberInput } from "#components/ui/number-input.tsx";
import { LOCALITY_PATH, type LocalityForm, setDistribute } from "#core/form/locality-form.ts";

type Rule = LocalityForm["distribute"][number];

/** For callers of a place how their requests are shared among places of instances. */
export function PlaceShares({ form: { distribute }, context, places }: PlaceRowsProps) {
  const set = (index: number, rule: Rule) =>
    context.edit(setDistribute(distribute.map((each, at) => (at === index ? rule : each))));
  return (
    <div className="flex flex-col gap-4">
      {distribute.map((rule, index) => (
        <ShareRows
          // biome-ignore lint/suspicious/noArrayIndexKey: a rule is its place in the list
          key={index}
          rule={rule}
          options={patternsOf(places)}
          problem={context.problemAt([...LOCALITY_PATH, "distribute", index])}
          onChange={(changed) => set(index, changed)}
          onRemove={
            distribute.length === 1
              ? undefined
              : () => context.edit(setDistribute(distribute.filter((_, at) => at !== index)))
          }
        />
      ))}
      <Button
        variant="ghost"
        className="self-start"
        onClick={() => context.edit(setDistribute([...distribute, { from: "", to: [] }]))}
      >
        <Plus aria-hidden /> Callers elsewhere
      </Button>
    </div>
  );
}

interface ShareRowsProps {
  readonly rule: Rule;
  readonly options: readonly string[];
  readonly problem: string | undefined;
  readonly onChange: (rule: Rule) => void;
  readonly onRemove: (() => void) | undefined;
}

function ShareRows({ rule, options, problem, onChange, onRemove }: ShareRowsProps) {
  const { from, to } = rule;
  const free = options.filter((option) => !to.some(({ locality }) => locality === option));
  const left = Math.max(0, 100 - to.reduce((sum, { percent }) => sum + percent, 0));
  const rename = (index: number, locality: string) =>
    onChange({ from, to: to.map((each, at) => (at === index ? { ...each, locality } : each)) });
  return (
    <fieldset className="flex flex-col gap-3 rounded-md border border-line p-3">
      <div className="flex items-end gap-3">
        <Field label="Callers in" hint="region/zone/*, or * for all" error={problem} className="flex-1">
          <Combobox isFree value={from} options={options} onValueChange={(value) => onChange({ from: value, to })} />
        </Field>
        {onRemove === undefined ? null : (
          <IconButton label={`Remove the shares of callers in ${from}`} onClick={onRemove}>
            <Trash2 aria-hidden />
          </IconButton>
        )}
      </div>
      {to.map(({ locality, percent }, index) => (
        <div key={locality} className="grid grid-cols-[1fr_8rem_auto] items-center gap-3">
          <Combobox
            label={`Place of share ${index + 1}`}
            value={locality}
            options={free}
            onValueChange={(value) => rename(index, value)}
            onText={(value) => rename(index, value)}
          />
          <NumberInput
            label={`Percent to ${locality}`}
            value={percent}
            min={1}
            max={100}
            onValueChange={(value) =>
              onChange({ from, to: to.map((each, at) => (at === index ? { ...each, percent: value ?? 0 } : each)) })
            }
          />
          <IconButton
            label={`Remove the share of ${locality}`}
            onClick={() => onChange({ from, to: to.filter((_, at) => at !== index) })}
          >
            <Trash2 aria-hidden />
          </IconButton>
        </div>
      ))}
      <Combobox
        label="Another place"
        placeholder="Another place"
        value=""
        options={free}
        onValueChange={(locality) => onChange({ from, to: [...to, { locality, percent: left }] })}
        onText={(locality) => onChange({ from, to: [...to, { locality, percent: left }] })}
      />
    </fieldset>
  );
}

/** Regions, zones and places, as shares name them. */
function patternsOf(places: readonly string[]): readonly string[] {
  const parts = places.flatMap((place) => {
    const [region = "", zone] = place.split("/");
    return [`${region}/*`, ...(zone === undefined ? [] : [`${region}/${zone}/*`])];
  });
  return ["*", ...new Set(parts)].sort();
}
