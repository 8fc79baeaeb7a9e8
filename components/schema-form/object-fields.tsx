"use client";
import { useState } from "react";
import { OtherFieldsNote } from "#components/editor/other-fields-note.tsx";
import { AddMember } from "#components/schema-form/add-member.tsx";
import { ChoiceField } from "#components/schema-form/choice-field.tsx";
import { problemOf, useFormScope } from "#components/schema-form/form-scope.ts";
import { NestedField } from "#components/schema-form/nested-field.tsx";
import { SimpleField } from "#components/schema-form/simple-field.tsx";
import { cx } from "#components/ui/cx.ts";
import { beginValue, layOutObject, type Member, type ObjectType } from "#core/form/lay-out-object.ts";
import { recordOf } from "#core/form/read-loosely.ts";
import { formatPath, type Path } from "#core/schema/path.ts";
import { valueAt } from "#core/schema/value-at.ts";

export interface ObjectFieldsProps {
  readonly type: ObjectType;
  readonly path: Path;
  /** Members that are shown elsewhere. */
  readonly except?: readonly string[];
  /** Only these: the rest is shown elsewhere. */
  readonly only?: readonly string[];
}

/** The members of an object: those that are there, those that must be, and what can be added. */
export function ObjectFields({ type, path, except = [], only }: ObjectFieldsProps) {
  const scope = useFormScope();
  const [opened, setOpened] = useState<readonly string[]>([]);
  const layout = layOutObject(type, recordOf(valueAt(scope.value, path)), opened);
  const isMine = ({ name }: Member) => !except.includes(name) && only?.includes(name) !== false;
  const add = ({ name, field }: Member) => {
    setOpened([...opened, name]);
    const value = beginValue(field);
    if (value !== undefined) scope.edit([{ op: "set", path: [...path, name], value }]);
  };
  const remove = (name: string) => {
    setOpened(opened.filter((each) => each !== name));
    scope.edit([{ op: "delete", path: [...path, name] }]);
  };
  // Where its members are shown, and once.
  const choice = layout.choice?.members.slice(0, 1).some(isMine) ? layout.choice : undefined;
  const simple = layout.simple.filter(isMine);
  const problem = only === undefined ? problemOf(scope, path) : undefined;
  const isOutermost = path.length === 1;
  return (
    <div className="flex min-w-0 flex-col gap-4">
      {problem === undefined ? null : <p className="text-bad-text text-xs">{problem}</p>}
      {choice === undefined ? null : (
        <ChoiceField
          {...choice}
          onChoose={(member) => {
            const others = choice.members.filter(({ name }) => name !== member.name);
            setOpened([...opened.filter((name) => others.every((each) => each.name !== name)), member.name]);
            const value = beginValue(member.field);
            scope.edit([
              ...others.map(({ name }) => ({ op: "delete" as const, path: [...path, name] })),
              ...(value === undefined ? [] : [{ op: "set" as const, path: [...path, member.name], value }]),
            ]);
          }}
        />
      )}
      {simple.length === 0 ? null : (
        <div className={cx("grid gap-4 md:grid-cols-2", isOutermost && "rounded-lg border border-line bg-surface p-4")}>
          {simple.map(({ name, field }) => (
            <SimpleField key={name} name={name} field={field} path={[...path, name]} />
          ))}
        </div>
      )}
      {layout.nested.filter(isMine).map(({ name, field }) => (
        <NestedField
          key={name}
          name={name}
          field={field}
          path={[...path, name]}
          onRemove={field.isRequired || name === layout.choice?.chosen ? null : () => remove(name)}
        />
      ))}
      <AddMember members={layout.addable.filter(isMine)} onAdd={add} />
      {only === undefined ? <OtherFieldsNote paths={layout.others.map((name) => formatPath([...path, name]))} /> : null}
    </div>
  );
}
