"use client";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useFormScope } from "#components/schema-form/form-scope.ts";
import { SimpleControl } from "#components/schema-form/simple-control.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { TextInput } from "#components/ui/text-input.tsx";
import { isSimple } from "#core/form/lay-out-object.ts";
import { textOf } from "#core/form/read-loosely.ts";
import type { Handled } from "#core/schema/field.ts";
import type { Path } from "#core/schema/path.ts";
import { valueAt } from "#core/schema/value-at.ts";

export interface MapRowProps {
  /** Of the map. */
  readonly label: string;
  /** The name that has the value. */
  readonly name: string;
  readonly value: Handled;
  readonly path: Path;
  /** What stands under the name, where that is no simple value. */
  readonly drawValue: (name: string) => ReactNode;
}

/** One name with its value: beside it where it is simple, else under it. */
export function MapRow({ label, name, value, path, drawValue }: MapRowProps) {
  const { edit, problemAt } = useFormScope();
  const problem = problemAt(path);
  const title = <code className="font-mono text-ink text-xs [overflow-wrap:anywhere]">{name}</code>;
  const remove = (
    <IconButton size="sm" label={`Remove ${name}`} onClick={() => edit([{ op: "delete", path }])}>
      <X aria-hidden />
    </IconButton>
  );
  if (!isSimple(value))
    return (
      <div className="rounded-md border border-line p-3">
        <div className="mb-2 flex items-center justify-between gap-2">
          {title}
          {remove}
        </div>
        {drawValue(name)}
      </div>
    );
  return (
    <div>
      <div className="grid grid-cols-[minmax(4.5rem,1fr)_minmax(0,2fr)_auto] items-center gap-2">
        <span className="min-w-0">{title}</span>
        <div className="flex min-w-0 flex-col">
          <RowValue label={`${label}: ${name}`} value={value} path={path} />
        </div>
        {remove}
      </div>
      {problem === undefined ? null : <p className="mt-1 text-bad-text text-xs">{problem}</p>}
    </div>
  );
}

/** A text that is emptied keeps its place: its name is still there. */
function RowValue({ label, value, path }: Omit<MapRowProps, "name" | "drawValue">) {
  const scope = useFormScope();
  if (value.type.kind !== "string") return <SimpleControl label={label} field={value} path={path} />;
  return (
    <TextInput
      isCode
      aria-label={label}
      spellCheck={false}
      value={textOf(valueAt(scope.value, path))}
      onValueChange={(next) => scope.edit([{ op: "set", path, value: next }])}
    />
  );
}
