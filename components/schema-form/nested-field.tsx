"use client";
import { X } from "lucide-react";
import { useFormScope } from "#components/schema-form/form-scope.ts";
import { JsonField } from "#components/schema-form/json-field.tsx";
import { LinesField } from "#components/schema-form/lines-field.tsx";
import { ListField } from "#components/schema-form/list-field.tsx";
import { MapField } from "#components/schema-form/map-field.tsx";
import { labelsMember } from "#components/schema-form/selector-member.ts";
import { SimpleField } from "#components/schema-form/simple-field.tsx";
import { WorkloadField } from "#components/schema-form/workload-field.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { isSimple } from "#core/form/lay-out-object.ts";
import { nameField } from "#core/form/name-field.ts";
import type { Handled } from "#core/schema/field.ts";
import type { Path } from "#core/schema/path.ts";

export interface NestedFieldProps {
  readonly name: string;
  readonly field: Handled;
  readonly path: Path;
  /** Null: it must be there. */
  readonly onRemove: (() => void) | null;
}

/** A field with members or items of its own, under its name. */
export function NestedField({ name, field, path, onRemove }: NestedFieldProps) {
  const isOutermost = path.length === 2;
  const { doc } = field;
  const title = nameField(name);
  return (
    <fieldset
      className={
        isOutermost
          ? "min-w-0 rounded-lg border border-line bg-surface px-4 pb-4"
          : "min-w-0 border-line border-l-2 pl-3"
      }
    >
      <legend className="sr-only">{title}</legend>
      <div className={isOutermost ? "flex items-center gap-2 py-2.5" : "flex items-center gap-2 pb-2"}>
        <div className="min-w-0 flex-1">
          <p className={isOutermost ? "font-medium text-ink text-sm" : "font-medium text-ink text-xs"}>{title}</p>
          {doc === undefined ? null : <p className="text-subtle text-xs">{doc.replaceAll("`", "")}</p>}
        </div>
        {onRemove === null ? null : (
          <IconButton size="sm" label={`Remove ${title.toLowerCase()}`} onClick={onRemove}>
            <X aria-hidden />
          </IconButton>
        )}
      </div>
      <NestedContent name={title} field={field} path={path} />
    </fieldset>
  );
}

/** What is in it, by its type. */
function NestedContent({ name, field, path }: Omit<NestedFieldProps, "onRemove">) {
  const { problemAt, drawObject } = useFormScope();
  const { type, form } = field;
  const member = labelsMember(field);
  if (member !== undefined) return <WorkloadField field={field} path={path} member={member} />;
  // An item of a list, such as a percent.
  if (isSimple(field)) return <SimpleField name={name} field={field} path={path} />;
  if (type.kind === "message") return drawObject(type, path);
  if (type.kind === "list")
    return (
      <ListField
        name={name}
        item={type.item}
        path={path}
        drawItem={(index) => <NestedContent name={name} field={type.item} path={[...path, index]} />}
      />
    );
  if (type.kind === "map")
    return (
      <MapField
        name={name}
        value={type.value}
        path={path}
        drawValue={(key) => <NestedContent name={key} field={type.value} path={[...path, key]} />}
      />
    );
  return type.kind === "string" && form === "lines" ? (
    <LinesField label={name} path={path} problem={problemAt(path)} />
  ) : (
    <JsonField label={name} path={path} problem={problemAt(path)} />
  );
}
