"use client";
import { useFormScope } from "#components/schema-form/form-scope.ts";
import { offeredFor } from "#components/schema-form/offered-for.ts";
import { ChipInput } from "#components/ui/chip-input.tsx";
import { Combobox } from "#components/ui/combobox.tsx";
import { NumberInput } from "#components/ui/number-input.tsx";
import { Select } from "#components/ui/select.tsx";
import { TextInput } from "#components/ui/text-input.tsx";
import { describeFormField } from "#core/form/form-field.ts";
import { listOf, textOf } from "#core/form/read-loosely.ts";
import { setNumber, setText } from "#core/form/routing-edits.ts";
import type { Handled } from "#core/schema/field.ts";
import type { Path } from "#core/schema/path.ts";
import { valueAt } from "#core/schema/value-at.ts";

/** Of a select: its empty text stands for no choice at all. */
const NOT_SET = "not set";

/** The control of a value by its type; emptied, it is not set. */
export function SimpleControl({
  label,
  field,
  path,
}: {
  readonly label: string;
  readonly field: Handled;
  readonly path: Path;
}) {
  const scope = useFormScope();
  const { type } = field;
  const value = valueAt(scope.value, path);
  const text = textOf(value);
  const setTo = (next: string) => scope.edit(setText(path, next));
  const { options } = describeFormField(field);
  const usual = options.find((option) => option.value === field.default)?.label ?? field.default;
  const unset = { value: NOT_SET, label: usual === undefined ? "Not set" : `Not set: ${usual}` };
  switch (type.kind) {
    case "integer":
    case "number":
      return (
        <NumberInput
          value={typeof value === "number" ? value : null}
          min={type.min}
          max={type.max}
          {...(field.default === undefined ? {} : { placeholder: `${field.default}` })}
          onValueChange={(next) => scope.edit(setNumber(path, next))}
        />
      );
    case "boolean":
      return (
        <Select
          value={text === "" ? NOT_SET : text}
          options={[unset, { value: "true", label: "Yes" }, { value: "false", label: "No" }]}
          onValueChange={(next) =>
            scope.edit([next === NOT_SET ? { op: "delete", path } : { op: "set", path, value: next === "true" }])
          }
        />
      );
    case "enum":
      return (
        <Select
          value={text === "" ? (field.isRequired ? null : NOT_SET) : text}
          options={field.isRequired ? options : [unset, ...options]}
          onValueChange={(next) => setTo(next === NOT_SET ? "" : next)}
        />
      );
    case "list":
      return (
        <ChipInput
          label={label}
          values={listOf(value).map(textOf)}
          options={offeredFor(type.item, scope)}
          onValuesChange={(next) =>
            scope.edit([
              next.length === 0 && !field.isRequired ? { op: "delete", path } : { op: "set", path, value: next },
            ])
          }
        />
      );
    default: {
      const offered = offeredFor(field, scope);
      return offered.length > 0 ? (
        <Combobox isFree value={text} options={offered} onValueChange={setTo} />
      ) : (
        <TextInput
          isCode
          spellCheck={false}
          value={text}
          {...(field.default === undefined ? {} : { placeholder: `${field.default}` })}
          onValueChange={setTo}
        />
      );
    }
  }
}
