"use client";
import { createContext, type ReactNode, useContext } from "react";
import type { FormContext } from "#components/editor/form-context.ts";
import { problemAt } from "#components/editor/problem-at.ts";
import type { Catalog } from "#core/form/catalog.ts";
import type { ObjectType } from "#core/form/lay-out-object.ts";
import type { Path } from "#core/schema/path.ts";

/** What every field of a form from a schema needs beside its own place. */
export interface FormScope extends FormContext {
  readonly catalog: Catalog;
  /** Of the document. */
  readonly namespace: string;
  /** The members of an object: they may hold objects again. */
  readonly drawObject: (type: ObjectType, path: Path) => ReactNode;
}

export const FormScopeContext = createContext<FormScope | null>(null);

export function useFormScope(): FormScope {
  const scope = useContext(FormScopeContext);
  if (scope === null) throw new Error("a field of a schema's form stands outside of one");
  return scope;
}

/** What is wrong with an object or list itself, and not with what is in it. */
export function problemOf({ diagnostics }: FormContext, path: Path): string | undefined {
  return problemAt(
    diagnostics.filter((each) => each.path?.length === path.length),
    path,
  );
}
