"use client";
import type { EditorInput } from "#components/editor/editor-input.ts";
import { ResourceEditor } from "#components/editor/resource-editor.tsx";
import { PolicyAside } from "#components/security/policy-aside.tsx";
import { PolicyFields } from "#components/security/policy-fields.tsx";
import { describeTarget } from "#components/security/target-options.ts";
import type { Catalog } from "#core/form/catalog.ts";
import { explainPolicy } from "#core/form/explain-policy.ts";
import { readPolicyForm } from "#core/form/policy-form.ts";

/** The editor of an AuthorizationPolicy, with its form. */
export function PolicyEditor({ label, initial, catalog }: EditorInput) {
  return (
    <ResourceEditor
      label={label}
      initial={initial}
      backHref="/security?tab=authorization"
      renderForm={(context) => <PolicyFields context={context} catalog={catalog} />}
      renderAside={(context) => <PolicyAside context={context} catalog={catalog} />}
      suggestReason={(_, after) => describePolicy(after, catalog)}
    />
  );
}

function describePolicy(value: unknown, catalog: Catalog): string {
  const form = readPolicyForm(value);
  const sentences = explainPolicy(form, form.targets ?? describeTarget(catalog, form.namespace, form.selector));
  return sentences.join(" ").replace(/\.$/, "");
}
