"use client";
import type { FormContext } from "#components/editor/form-context.ts";
import { readRef } from "#components/editor/resource-ref.ts";
import { describeTarget } from "#components/security/target-options.ts";
import { usePolicyTarget } from "#components/security/use-policy-target.ts";
import { Card } from "#components/ui/card.tsx";
import { Notice } from "#components/ui/notice.tsx";
import type { Catalog } from "#core/form/catalog.ts";
import { explainPolicy } from "#core/form/explain-policy.ts";
import { readPolicyForm } from "#core/form/policy-form.ts";
import { warnPolicy } from "#core/form/warn-policy.ts";

/** The policy in sentences, and what about it surprises people. */
export function PolicyAside({ context, catalog }: { readonly context: FormContext; readonly catalog: Catalog }) {
  const form = readPolicyForm(context.value);
  const target = usePolicyTarget(form, readRef(context.value), catalog);
  const warnings = target === undefined ? [] : warnPolicy(form, target);
  return (
    <Card title="In words" testId="policy-in-words">
      <ul className="flex flex-col gap-2 text-ink text-sm">
        {explainPolicy(form, form.targets ?? describeTarget(catalog, form.namespace, form.selector)).map((sentence) => (
          <li key={sentence} className="break-words">
            {sentence}
          </li>
        ))}
      </ul>
      {warnings.length === 0 ? null : (
        <div className="mt-3 flex flex-col gap-2">
          {warnings.map(({ code, message }) => (
            <Notice key={code} tone="warn">
              {message}
            </Notice>
          ))}
        </div>
      )}
    </Card>
  );
}
