"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import type { FormContext } from "#components/editor/form-context.ts";
import { useRange } from "#components/shell/use-range.ts";
import { FailoverRows } from "#components/traffic/failover-rows.tsx";
import { PlaceShares } from "#components/traffic/place-shares.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field } from "#components/ui/field.tsx";
import { NumberInput } from "#components/ui/number-input.tsx";
import { Segmented } from "#components/ui/segmented.tsx";
import type { Catalog } from "#core/form/catalog.ts";
import { findService } from "#core/form/find-service.ts";
import {
  chooseMode,
  DETECTION_PATH,
  LOCALITY_PATH,
  type LocalityMode,
  readLocalityForm,
} from "#core/form/locality-form.ts";

const MODES = [
  { value: "mesh", label: "As the mesh says" },
  { value: "nearest", label: "The nearest first" },
  { value: "region", label: "Then a region" },
  { value: "shares", label: "Shares by place" },
  { value: "off", label: "All alike" },
] as const;

const WHAT: Readonly<Record<LocalityMode, string>> = {
  mesh: "The rule says nothing of places: what the MeshConfig says holds, by itself the nearest first.",
  nearest: "Callers use instances of their own subzone; when these fail those of their zone, their region, any other.",
  region: "The same, and beyond their region callers go to the one that is named before any other.",
  shares: "Callers of a place send the shares that are written, and nothing to where none is written.",
  labels: "The rule orders instances by labels (failoverPriority): edit that as text.",
  off: "Callers use all instances alike, wherever they are.",
};

/** Which instances callers prefer by where both are, and how failures are found out. */
export function LocalityFields({ context, catalog }: { readonly context: FormContext; readonly catalog: Catalog }) {
  const form = readLocalityForm(context.value);
  const { mode, detection } = form;
  const places = usePlaces(catalog, form.host, form.namespace);
  return (
    <div className="flex flex-col gap-4">
      <Card title="Which instances callers prefer">
        <div className="flex flex-col gap-4">
          <Field label="Order" hint={WHAT[mode]} error={context.problemAt(LOCALITY_PATH)}>
            <Segmented
              label="Order"
              value={mode === "labels" ? ("" as "mesh") : mode}
              options={MODES}
              onValueChange={(chosen) => context.edit(chooseMode(form, chosen))}
            />
          </Field>
          {mode === "region" ? <FailoverRows form={form} context={context} places={places} /> : null}
          {mode === "shares" ? <PlaceShares form={form} context={context} places={places} /> : null}
        </div>
      </Card>
      {detection === undefined ? null : (
        <Card title="When an instance counts as failing">
          <div className="grid gap-4 md:grid-cols-2">
            <Field
              label="Errors in a row"
              hint="5xx answers and failed connections; then callers leave it out for a while"
              error={context.problemAt([...DETECTION_PATH, "consecutive5xxErrors"])}
            >
              <NumberInput
                value={detection.errors}
                min={0}
                placeholder="5"
                onValueChange={(value) => context.edit([setOrDelete("consecutive5xxErrors", value)])}
              />
            </Field>
            <Field
              label="At most so many are left out, in percent"
              hint="Less than one instance is nobody: with 10, ten instances are needed"
              error={context.problemAt([...DETECTION_PATH, "maxEjectionPercent"])}
            >
              <NumberInput
                value={detection.ejectsPercent}
                min={0}
                max={100}
                placeholder="10"
                onValueChange={(value) => context.edit([setOrDelete("maxEjectionPercent", value)])}
              />
            </Field>
          </div>
        </Card>
      )}
    </div>
  );
}

function setOrDelete(field: string, value: number | null) {
  const path = [...DETECTION_PATH, field];
  return value === null ? ({ op: "delete", path } as const) : ({ op: "set", path, value } as const);
}

/** Where instances of the service are, and the regions of that. */
function usePlaces(catalog: Catalog, written: string, namespace: string): readonly string[] {
  const { seconds } = useRange();
  const host = findService(catalog, written, namespace)?.host;
  const service = useQuery(
    useTRPC().services.get.queryOptions({ host: host ?? "", seconds }, { enabled: host !== undefined }),
  );
  const known = (service.data?.instanceList ?? []).flatMap(({ locality }) => (locality === "" ? [] : [locality]));
  return [...new Set(known)].sort();
}
