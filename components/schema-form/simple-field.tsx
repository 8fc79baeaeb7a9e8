"use client";
import { useFormScope } from "#components/schema-form/form-scope.ts";
import { SimpleControl } from "#components/schema-form/simple-control.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { Field } from "#components/ui/field.tsx";
import { describeFormField } from "#core/form/form-field.ts";
import { nameField } from "#core/form/name-field.ts";
import type { Handled } from "#core/schema/field.ts";
import type { Path } from "#core/schema/path.ts";
import { valueAt } from "#core/schema/value-at.ts";

export interface SimpleFieldProps {
  readonly name: string;
  readonly field: Handled;
  readonly path: Path;
}

/** One value, or several short ones, with what the schema says of it. */
export function SimpleField({ name, field, path }: SimpleFieldProps) {
  const { value, edit, problemAt } = useFormScope();
  const { unit } = field;
  const label = `${nameField(name)}${unit === undefined ? "" : `, in ${unit}`}`;
  const hint = [field.doc, describeFormField(field).hint]
    .filter((text) => text !== undefined)
    .join("; ")
    .replaceAll("`", "");
  if (field.type.kind === "boolean" && !field.hasPresence)
    return (
      <div className="flex flex-col gap-1.5 md:pt-5">
        <Checkbox
          label={label}
          isChecked={valueAt(value, path) === true}
          onChange={(isOn) => edit([isOn ? { op: "set", path, value: true } : { op: "delete", path }])}
        />
        <p className={problemAt(path) === undefined ? "text-subtle text-xs" : "text-bad-text text-xs"}>
          {problemAt(path) ?? hint}
        </p>
      </div>
    );
  return (
    <Field label={label} hint={hint === "" ? undefined : hint} error={problemAt(path)}>
      <SimpleControl label={label} field={field} path={path} />
    </Field>
  );
}
