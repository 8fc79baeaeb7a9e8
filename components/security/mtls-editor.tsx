"use client";
import type { EditorInput } from "#components/editor/editor-input.ts";
import { ResourceEditor } from "#components/editor/resource-editor.tsx";
import { MtlsAside } from "#components/security/mtls-aside.tsx";
import { PeerAuthenticationFields } from "#components/security/peer-authentication-fields.tsx";
import { describeTarget } from "#components/security/target-options.ts";
import type { Catalog } from "#core/form/catalog.ts";
import { openDraft } from "#core/form/open-draft.ts";
import { PEER_AUTHENTICATION } from "#core/kinds/peer-authentication/schema.ts";

/** The editor of a PeerAuthentication, with its form. */
export function MtlsEditor({ label, initial, catalog }: EditorInput) {
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
}

function describeMtls(value: unknown, catalog: Catalog): string {
  const { namespace, spec } = openDraft(PEER_AUTHENTICATION, value);
  const target = describeTarget(catalog, namespace, spec.selector?.matchLabels ?? {});
  return `mTLS ${spec.mtls?.mode?.toLowerCase() ?? "unset"} for ${target}`;
}
