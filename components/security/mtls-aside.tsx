"use client";
import type { FormContext } from "#components/editor/form-context.ts";
import { describeTarget } from "#components/security/target-options.ts";
import { Card } from "#components/ui/card.tsx";
import type { Catalog } from "#core/form/catalog.ts";
import { explainMtls } from "#core/form/explain-mtls.ts";
import { openDraft } from "#core/form/open-draft.ts";
import { PEER_AUTHENTICATION } from "#core/kinds/peer-authentication/schema.ts";

/** The mTLS policy in sentences. */
export function MtlsAside({ context, catalog }: { readonly context: FormContext; readonly catalog: Catalog }) {
  const { namespace, spec } = openDraft(PEER_AUTHENTICATION, context.value);
  const target = describeTarget(catalog, namespace, spec.selector?.matchLabels ?? {});
  const sentences = explainMtls(context.value, target.replace(/^every workload/, "All workloads"));
  return (
    <Card title="In words">
      <ul className="flex flex-col gap-2 text-ink text-sm">
        {sentences.map((sentence) => (
          <li key={sentence} className="break-words">
            {sentence}
          </li>
        ))}
      </ul>
    </Card>
  );
}
