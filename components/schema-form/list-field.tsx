"use client";
import { Plus, X } from "lucide-react";
import type { ReactNode } from "react";
import { problemOf, useFormScope } from "#components/schema-form/form-scope.ts";
import { Button } from "#components/ui/button.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { beginValue } from "#core/form/lay-out-object.ts";
import { nameItem } from "#core/form/name-field.ts";
import { listOf } from "#core/form/read-loosely.ts";
import type { Handled } from "#core/schema/field.ts";
import type { Path } from "#core/schema/path.ts";
import { valueAt } from "#core/schema/value-at.ts";

/** Objects, one under the other in the order in which they stand. */
export function ListField({
  name,
  item,
  path,
  drawItem,
}: {
  readonly name: string;
  readonly item: Handled;
  readonly path: Path;
  readonly drawItem: (index: number) => ReactNode;
}) {
  const scope = useFormScope();
  const count = listOf(valueAt(scope.value, path)).length;
  const problem = problemOf(scope, path);
  return (
    <div className="flex flex-col gap-3">
      {problem === undefined ? null : <p className="text-bad-text text-xs">{problem}</p>}
      {Array.from({ length: count }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an item is known by its position
        <div key={index} className="rounded-md border border-line p-3">
          <div className="mb-2 flex items-center justify-between gap-2">
            <p className="text-subtle text-xs">
              {nameItem(name)} {index + 1}
            </p>
            <IconButton
              size="sm"
              label={`Remove ${nameItem(name).toLowerCase()} ${index + 1}`}
              onClick={() => scope.edit([{ op: "delete", path: [...path, index] }])}
            >
              <X aria-hidden />
            </IconButton>
          </div>
          {drawItem(index)}
        </div>
      ))}
      <div>
        <Button
          size="sm"
          onClick={() => scope.edit([{ op: "insert", path: [...path, count], value: beginValue(item) ?? "" }])}
        >
          <Plus aria-hidden /> {nameItem(name)}
        </Button>
      </div>
    </div>
  );
}
