"use client";
import { Plus } from "lucide-react";
import { useState } from "react";
import { problemOf, useFormScope } from "#components/schema-form/form-scope.ts";
import { MapRow, type MapRowProps } from "#components/schema-form/map-row.tsx";
import { Button } from "#components/ui/button.tsx";
import { usePendingText } from "#components/ui/pending-texts.ts";
import { TextInput } from "#components/ui/text-input.tsx";
import { beginValue } from "#core/form/lay-out-object.ts";
import { recordOf } from "#core/form/read-loosely.ts";
import type { Handled } from "#core/schema/field.ts";
import type { Path } from "#core/schema/path.ts";
import { valueAt } from "#core/schema/value-at.ts";

export interface MapFieldProps {
  readonly name: string;
  readonly value: Handled;
  readonly path: Path;
  readonly drawValue: MapRowProps["drawValue"];
}

/** Values by name; a name is typed, and then has its value. */
export function MapField({ name, value, path, drawValue }: MapFieldProps) {
  const scope = useFormScope();
  const [typed, setTyped] = useState("");
  const key = typed.trim();
  const keys = Object.keys(recordOf(valueAt(scope.value, path)));
  const take = () => {
    if (key === "" || keys.includes(key)) return key === "";
    setTyped("");
    const begun = beginValue(value) ?? (value.type.kind === "integer" ? null : "");
    scope.edit([{ op: "set", path: [...path, key], value: begun }]);
    return true;
  };
  usePendingText(name, key === "" ? null : key, take);
  const problem = problemOf(scope, path);
  return (
    <div className="flex flex-col gap-2">
      {problem === undefined ? null : <p className="text-bad-text text-xs">{problem}</p>}
      {keys.map((each) => (
        <MapRow key={each} label={name} name={each} value={value} path={[...path, each]} drawValue={drawValue} />
      ))}
      <div className="flex items-center gap-2">
        <TextInput
          isCode
          className="w-full max-w-44"
          aria-label={`${name}: another name`}
          placeholder="name"
          spellCheck={false}
          value={typed}
          onValueChange={setTyped}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
            event.preventDefault();
            take();
          }}
        />
        <Button size="sm" disabled={key === "" || keys.includes(key)} onClick={take}>
          <Plus aria-hidden /> Add
        </Button>
      </div>
    </div>
  );
}
