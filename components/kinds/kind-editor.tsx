"use client";
import type { ComponentType } from "react";
import type { EditorInput } from "#components/editor/editor-input.ts";
import { ResourceEditor } from "#components/editor/resource-editor.tsx";
import { AREA_SECTION } from "#components/format/area-section.ts";
import { MtlsEditor } from "#components/security/mtls-editor.tsx";
import { PolicyEditor } from "#components/security/policy-editor.tsx";
import { RoutingEditor } from "#components/traffic/routing-editor.tsx";
import type { FormName } from "#core/kinds/kind.ts";
import { formOf, KINDS, type Kind } from "#core/kinds/kinds.ts";

const EDITORS = {
  routing: RoutingEditor,
  policy: PolicyEditor,
  mtls: MtlsEditor,
} as const satisfies Record<FormName, ComponentType<EditorInput>>;

/** The editor of a kind: its form beside the YAML where it has one, else the YAML alone. */
export function KindEditor({ kind, ...input }: EditorInput & { readonly kind: Kind }) {
  const form = formOf(kind);
  if (form === undefined) {
    const { href } = AREA_SECTION[KINDS[kind].area];
    return <ResourceEditor label={input.label} initial={input.initial} backHref={href} />;
  }
  const Editor = EDITORS[form];
  return <Editor {...input} />;
}
