"use client";
import type { FormContext } from "#components/editor/form-context.ts";
import { describeTarget } from "#components/security/target-options.ts";
import { Card } from "#components/ui/card.tsx";
import type { Catalog } from "#core/form/catalog.ts";
import { explainMtls } from "#core/form/explain-mtls.ts";
import { recordOf, textMapOf, textOf } from "#core/form/read-loosely.ts";

/** The mTLS policy in sentences. */
export function MtlsAside({ context, catalog }: { readonly context: FormContext; readonly catalog: Catalog }) {
  const namespace = textOf(recordOf(recordOf(context.value).metadata).namespace) || "default";
  const selector = textMapOf(recordOf(recordOf(recordOf(context.value).spec).selector).matchLabels);
  const target = describeTarget(catalog, namespace, selector);
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
