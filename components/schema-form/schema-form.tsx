"use client";
import type { FormContext } from "#components/editor/form-context.ts";
import { FormScopeContext } from "#components/schema-form/form-scope.ts";
import { ObjectFields } from "#components/schema-form/object-fields.tsx";
import { PlaceFields } from "#components/schema-form/place-fields.tsx";
import { selectorMember } from "#components/schema-form/selector-member.ts";
import { WorkloadField } from "#components/schema-form/workload-field.tsx";
import { Card } from "#components/ui/card.tsx";
import type { Catalog } from "#core/form/catalog.ts";
import type { ObjectType } from "#core/form/lay-out-object.ts";
import { withJsonNames, withWrittenNames } from "#core/form/proto-names.ts";
import { recordOf, textOf } from "#core/form/read-loosely.ts";
import type { KindDefinition } from "#core/kinds/kind.ts";
import { KINDS, type Kind } from "#core/kinds/kinds.ts";
import type { Path } from "#core/schema/path.ts";

/** Where what a kind's schema describes stands in a document. */
const ROOT: Path = ["spec"];

export interface SchemaFormProps {
  readonly kind: Kind;
  readonly context: FormContext;
  readonly catalog: Catalog;
}

function drawObject(type: ObjectType, path: Path) {
  return <ObjectFields type={type} path={path} />;
}

function byJsonNames(kind: Kind, context: FormContext): FormContext {
  const { value, edit } = context;
  return {
    ...context,
    value: withJsonNames(kind, value),
    edit: (edits) => edit(withWrittenNames(kind, value, edits)),
  };
}

/** The form of a kind as its schema has it: for whom, and every field that is handled. */
export function SchemaForm({ kind, context: written, catalog }: SchemaFormProps) {
  const { only, schema, leads = [], isProtoJson }: KindDefinition = KINDS[kind];
  const context = isProtoJson === true ? byJsonNames(kind, written) : written;
  if (schema.type.kind !== "message") return null;
  const selector = selectorMember(schema.type);
  const namespace = textOf(recordOf(recordOf(context.value).metadata).namespace) || "default";
  const isNamed = context.isNew && only === undefined;
  return (
    <FormScopeContext value={{ ...context, catalog, namespace, drawObject }}>
      <div className="flex flex-col gap-4">
        {isNamed || selector !== undefined ? (
          <Card title={selector === undefined ? "Named" : "For whom"}>
            <div className="flex flex-col gap-4">
              {isNamed ? <PlaceFields /> : null}
              {selector === undefined ? null : (
                <WorkloadField field={selector.field} path={[...ROOT, selector.name]} member={selector.member} />
              )}
            </div>
          </Card>
        ) : null}
        {leads.length === 0 ? null : <ObjectFields type={schema.type} path={ROOT} only={leads} />}
        <ObjectFields
          type={schema.type}
          path={ROOT}
          except={[...leads, ...(selector === undefined ? [] : [selector.name])]}
        />
      </div>
    </FormScopeContext>
  );
}
