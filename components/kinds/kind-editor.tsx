"use client";
import type { ComponentType } from "react";
import type { EditorInput } from "#components/editor/editor-input.ts";
import { SchemaEditor } from "#components/schema-form/schema-editor.tsx";
import { MtlsEditor } from "#components/security/mtls-editor.tsx";
import { PolicyEditor } from "#components/security/policy-editor.tsx";
import { RoutingEditor } from "#components/traffic/routing-editor.tsx";
import type { FormName } from "#core/kinds/kind.ts";
import { formOf, type Kind } from "#core/kinds/kinds.ts";

const EDITORS = {
  routing: RoutingEditor,
  policy: PolicyEditor,
  mtls: MtlsEditor,
} as const satisfies Record<FormName, ComponentType<EditorInput>>;

/** The editor of a kind: a form of its own beside the YAML, else the one that its schema makes. */
export function KindEditor({ kind, ...input }: EditorInput & { readonly kind: Kind }) {
  const form = formOf(kind);
  if (form === undefined) return <SchemaEditor kind={kind} {...input} />;
  const Editor = EDITORS[form];
  return <Editor {...input} />;
}
