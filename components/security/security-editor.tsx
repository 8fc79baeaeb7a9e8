"use client";
import type { DraftBase } from "#components/editor/draft-base.ts";
import { ResourceEditor } from "#components/editor/resource-editor.tsx";
import { MtlsAside } from "#components/security/mtls-aside.tsx";
import { PeerAuthenticationFields } from "#components/security/peer-authentication-fields.tsx";
import { PolicyAside } from "#components/security/policy-aside.tsx";
import { PolicyFields } from "#components/security/policy-fields.tsx";
import type { SecurityKind } from "#components/security/security-kind.ts";
import { describeTarget } from "#components/security/target-options.ts";
import type { Catalog } from "#core/form/catalog.ts";
import { explainPolicy } from "#core/form/explain-policy.ts";
import { openDraft } from "#core/form/open-draft.ts";
import { readPolicyForm } from "#core/form/policy-form.ts";
import { PEER_AUTHENTICATION } from "#core/kinds/peer-authentication/schema.ts";

export interface SecurityEditorProps {
  readonly kind: SecurityKind;
  readonly label: string;
  readonly initial: DraftBase;
  readonly catalog: Catalog;
}

/** The editor of a policy, with the form of its kind. */
export function SecurityEditor({ kind, label, initial, catalog }: SecurityEditorProps) {
  if (kind === "PeerAuthentication")
    return (
      <ResourceEditor
        label={label}
        initial={initial}
        backHref="/security"
        renderForm={(context) => <PeerAuthenticationFields context={context} catalog={catalog} />}
        renderAside={(context) => <MtlsAside context={context} catalog={catalog} />}
        suggestReason={(_, after) => describeMtls(after, catalog)}
      />
    );
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
  const sentences = explainPolicy(form, describeTarget(catalog, form.namespace, form.selector));
  return sentences.join(" ").replace(/\.$/, "");
}

function describeMtls(value: unknown, catalog: Catalog): string {
  const { namespace, spec } = openDraft(PEER_AUTHENTICATION, value);
  const target = describeTarget(catalog, namespace, spec.selector?.matchLabels ?? {});
  return `mTLS ${spec.mtls?.mode?.toLowerCase() ?? "unset"} for ${target}`;
}
