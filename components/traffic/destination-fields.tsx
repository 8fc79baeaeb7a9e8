"use client";
import { destinationOptions } from "#components/traffic/destination-options.ts";
import { readDestination } from "#components/traffic/read-destination.ts";
import type { RuleFieldsProps } from "#components/traffic/rule-fields.ts";
import { ShareStrip, shareColour } from "#components/traffic/share-strip.tsx";
import { WeightRow } from "#components/traffic/weight-row.tsx";
import { Button } from "#components/ui/button.tsx";
import { Combobox } from "#components/ui/combobox.tsx";
import { findService, subsetsOf } from "#core/form/find-service.ts";
import { evenWeights } from "#core/form/rebalance-weights.ts";
import {
  addDestination,
  removeDestination,
  rulePath,
  setText,
  setWeight,
  setWeights,
} from "#core/form/routing-edits.ts";
import { joinWords } from "#core/kinds/join-words.ts";

/** Where the requests of a rule go, and in which shares; the sliders hang together, so that the sum stays 100. */
export function DestinationFields({ index, rule, form, catalog, context }: RuleFieldsProps) {
  const { destinations } = rule;
  const weights = destinations.map(({ weight }) => weight);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const isShared = destinations.length > 1;
  const options = destinationOptions(catalog, form, rule);
  const problem = context.problemAt(rulePath(index, "route"));
  return (
    <fieldset className="@container min-w-0">
      <legend className="mb-1.5 flex w-full items-center gap-3 font-medium text-ink text-xs">
        Send to
        {isShared ? (
          <Button
            size="sm"
            variant="ghost"
            className="ml-auto"
            onClick={() => context.edit(setWeights(index, rule, evenWeights(destinations.length)))}
          >
            Share evenly
          </Button>
        ) : null}
      </legend>
      {isShared ? <ShareStrip weights={weights} /> : null}
      <ul className="mt-1 min-w-0">
        {destinations.map((destination, at) => {
          const service = findService(catalog, destination.host, form.namespace);
          return (
            <WeightRow
              // biome-ignore lint/suspicious/noArrayIndexKey: destinations are their places in the document
              key={at}
              destination={destination}
              colour={shareColour(at)}
              subsets={subsetsOf(service)}
              isShared={isShared}
              problem={context.problemAt(rulePath(index, "route", at))}
              onWeightChange={(weight) => context.edit(setWeight(index, rule, at, weight))}
              onSubsetChange={(subset) =>
                context.edit(setText(rulePath(index, "route", at, "destination", "subset"), subset))
              }
              onRemove={() => context.edit(removeDestination(index, rule, at))}
            />
          );
        })}
      </ul>
      {destinations.length === 0 ? (
        <p className="py-1 text-muted text-sm">{problem ?? "No destination yet: the rule needs one."}</p>
      ) : null}
      {isShared && sum !== 100 ? (
        <p role="status" className="text-warn-text text-xs">
          The weights are {joinWords(weights.map(String), "and")}, parts of {sum}: the percentages are what they come
          to. Moving a slider writes weights that come to 100.
        </p>
      ) : null}
      <Combobox
        // A new list after each choice: the control starts empty again.
        key={destinations.length}
        label="Add destination"
        placeholder="Add destination…"
        className="mt-2 max-w-72"
        value=""
        options={options.map(({ label }) => label)}
        onValueChange={(label) => {
          const option = options.find((each) => each.label === label);
          if (option !== undefined)
            context.edit(addDestination(index, rule, { host: option.host, subset: option.subset, port: null }));
        }}
        onText={(text) => context.edit(addDestination(index, rule, { ...readDestination(text), port: null }))}
      />
    </fieldset>
  );
}
