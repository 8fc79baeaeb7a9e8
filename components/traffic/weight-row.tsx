"use client";
import { X } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { NumberInput } from "#components/ui/number-input.tsx";
import { Select } from "#components/ui/select.tsx";
import { Slider } from "#components/ui/slider.tsx";
import type { DestinationForm } from "#core/form/routing-form.ts";

export interface WeightRowProps {
  readonly destination: DestinationForm;
  /** Colour of its share, as a CSS value. */
  readonly colour: string;
  readonly subsets: readonly string[];
  /** False for a lone destination: it has all. */
  readonly isShared: boolean;
  readonly problem: string | undefined;
  readonly onWeightChange: (weight: number) => void;
  readonly onSubsetChange: (subset: string) => void;
  readonly onRemove: () => void;
}

/** No subset; a select takes empty text for nothing chosen. */
const ANY = "any";

/** One destination and its share, by slider or figure. */
export function WeightRow({ destination, colour, subsets, isShared, problem, ...on }: WeightRowProps) {
  const { host, subset, weight, percent, port } = destination;
  const name = `${host} ${subset}`.trim();
  const known = subset === "" || subsets.includes(subset) ? subsets : [...subsets, subset];
  return (
    <li className="py-1.5">
      <div className="grid grid-cols-[minmax(0,1fr)_8.5rem] items-center gap-x-3 gap-y-2 @xl:grid-cols-[minmax(5rem,12rem)_8.5rem_minmax(4rem,1fr)_8.5rem_auto]">
        <span className="flex min-w-0 items-center gap-2">
          <span aria-hidden className="size-2.5 shrink-0 rounded-full" style={{ background: colour }} />
          <span className="min-w-0 truncate font-medium text-ink text-sm" title={host}>
            {host}
            {port === null ? null : <span className="font-normal text-subtle">:{port}</span>}
          </span>
        </span>
        <Select
          label={`Version of ${host}`}
          value={subset === "" ? ANY : subset}
          onValueChange={(value) => on.onSubsetChange(value === ANY ? "" : value)}
          options={[{ value: ANY, label: "any version" }, ...known.map((value) => ({ value, label: value }))]}
        />
        {isShared ? (
          <>
            <Slider
              label={`Weight of ${name}`}
              colour={colour}
              value={Math.round(percent)}
              onValueChange={on.onWeightChange}
            />
            <div className="flex items-center gap-1.5">
              <NumberInput
                label={`Weight of ${name} in percent`}
                className="min-w-0 flex-1"
                value={percent}
                min={0}
                max={100}
                onValueChange={(value) => value !== null && on.onWeightChange(value)}
              />
              <span aria-hidden className="text-subtle text-xs">
                %
              </span>
            </div>
          </>
        ) : (
          <span className="col-span-2 row-start-2 text-muted text-sm @xl:row-start-auto">
            gets every request of the rule
          </span>
        )}
        <span className="flex items-center @max-xl:col-start-2 @max-xl:justify-end">
          {isShared ? (
            <Button
              size="sm"
              variant="ghost"
              disabled={percent === 100 && weight === 100}
              aria-label={`Send all to ${name}`}
              onClick={() => on.onWeightChange(100)}
            >
              All
            </Button>
          ) : null}
          <IconButton size="sm" label={`Remove ${name}`} onClick={on.onRemove}>
            <X aria-hidden />
          </IconButton>
        </span>
      </div>
      {problem === undefined ? null : <p className="mt-1 pl-4.5 text-bad-text text-xs">{problem}</p>}
    </li>
  );
}
