"use client";
import { useState } from "react";
import { useFormScope } from "#components/schema-form/form-scope.ts";
import { MapField } from "#components/schema-form/map-field.tsx";
import { formatLabels, targetedBy, targetOptions } from "#components/security/target-options.ts";
import { Field } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { recordOf, textOf } from "#core/form/read-loosely.ts";
import type { DocumentEdit } from "#core/resource/edit-document.ts";
import type { Handled } from "#core/schema/field.ts";
import { string } from "#core/schema/make-field.ts";
import type { Path } from "#core/schema/path.ts";
import { valueAt } from "#core/schema/value-at.ts";

const OWN = "own labels";
const TARGETS = "targets";
const LABEL = string();

export interface WorkloadFieldProps {
  readonly field: Handled;
  readonly path: Path;
  /** Where its labels stand. */
  readonly member: "matchLabels" | "labels";
}

/** Workloads by their labels: those of a service or workload of the namespace, or any that are typed. */
export function WorkloadField({ field, path, member }: WorkloadFieldProps) {
  const { value, catalog, namespace, edit, problemAt } = useFormScope();
  const [isOwn, setIsOwn] = useState(false);
  const at = [...path, member];
  const written = Object.entries(recordOf(valueAt(value, at)));
  const chosen = formatLabels(Object.fromEntries(written.map(([name, text]) => [name, textOf(text)])));
  const known = targetOptions(catalog, namespace).filter(
    ({ labels }) => field.form !== "some-workloads" || Object.keys(labels).length > 0,
  );
  // Targets that are written beside it choose, and it does not.
  const targeted = targetedBy(valueAt(value, path.slice(0, -1)));
  const isKnown = !isOwn && known.some((option) => option.value === chosen);
  const isTargeted = targeted !== undefined && !isOwn && written.length === 0;
  const isTyped = isOwn || (!isKnown && written.length > 0);
  return (
    <div className="flex flex-col gap-3">
      <Field label="On" className="max-w-md" hint={field.doc} error={problemAt(path)}>
        <Select
          value={isTargeted ? TARGETS : isKnown ? chosen : isTyped ? OWN : null}
          options={[
            ...(targeted === undefined
              ? []
              : [{ value: TARGETS, label: targeted.label, description: "named as targets" }]),
            ...known,
            { value: OWN, label: "others, by their labels" },
          ]}
          onValueChange={(next) => {
            if (next === TARGETS) return;
            setIsOwn(next === OWN);
            const edits: DocumentEdit[] = (targeted?.members ?? []).map((name) => ({
              op: "delete",
              path: [...path.slice(0, -1), name],
            }));
            const option = known.find((each) => each.value === next);
            if (option !== undefined) {
              const isAll = Object.keys(option.labels).length === 0;
              edits.push(isAll ? { op: "delete", path } : { op: "set", path, value: { [member]: option.labels } });
            }
            if (edits.length > 0) edit(edits);
          }}
        />
      </Field>
      {isTyped ? <MapField name="Labels" value={LABEL} path={at} drawValue={() => null} /> : null}
    </div>
  );
}
