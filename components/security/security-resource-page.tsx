"use client";
import { ResourcePage } from "#components/editor/resource-page.tsx";
import { SecurityEditor } from "#components/security/security-editor.tsx";
import type { SecurityKind } from "#components/security/security-kind.ts";

const SECTION = { label: "Security", href: "/security" };

/** One policy, to read and to edit. */
export function SecurityResourcePage({ reference, kind }: { readonly reference: string; readonly kind: SecurityKind }) {
  return (
    <ResourcePage
      reference={reference}
      section={SECTION}
      drawEditor={(input) => <SecurityEditor kind={kind} {...input} />}
    />
  );
}
