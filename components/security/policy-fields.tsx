"use client";
import { Plus } from "lucide-react";
import { useMemo } from "react";
import type { FormContext } from "#components/editor/form-context.ts";
import { OtherFieldsNote } from "#components/editor/other-fields-note.tsx";
import { PolicyRuleCard } from "#components/security/policy-rule-card.tsx";
import { namePrincipals } from "#components/security/principal-names.ts";
import { TargetField } from "#components/security/target-field.tsx";
import { usePolicyName } from "#components/security/use-policy-name.ts";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Segmented } from "#components/ui/segmented.tsx";
import type { Catalog } from "#core/form/catalog.ts";
import { formField } from "#core/form/form-field.ts";
import { addPolicyRule } from "#core/form/policy-edits.ts";
import { readPolicyForm } from "#core/form/policy-form.ts";

const ACTIONS = formField("AuthorizationPolicy", ["spec", "action"]).options;

/** The form of an AuthorizationPolicy: on what, allow or deny, and whom. */
export function PolicyFields({ context, catalog }: { readonly context: FormContext; readonly catalog: Catalog }) {
  const form = useMemo(() => readPolicyForm(context.value), [context.value]);
  const names = useMemo(() => namePrincipals(catalog.principals, form.namespace), [catalog.principals, form.namespace]);
  usePolicyName(form, context, catalog);
  const rules = form.rules ?? [];
  return (
    <div className="flex flex-col gap-4">
      <Card title="Policy">
        <div className="flex flex-col gap-4">
          <div>
            <p id="policy-action" className="mb-1.5 font-medium text-ink text-xs">
              Action
            </p>
            <Segmented
              label="Action"
              value={form.action}
              options={ACTIONS}
              onValueChange={(action) => context.edit([{ op: "set", path: ["spec", "action"], value: action }])}
            />
          </div>
          {form.targets === undefined ? (
            <TargetField
              name={form.name}
              namespace={form.namespace}
              selector={form.selector}
              catalog={catalog}
              context={context}
            />
          ) : (
            <p className="text-ink text-sm">On {form.targets}</p>
          )}
        </div>
      </Card>
      {rules.map((rule, index) => (
        <PolicyRuleCard
          // biome-ignore lint/suspicious/noArrayIndexKey: rules are their places in the document
          key={index}
          index={index}
          count={rules.length}
          rule={rule}
          action={form.action}
          names={names}
          namespaces={catalog.namespaces}
          hosts={catalog.services.map(({ host }) => host)}
          context={context}
        />
      ))}
      <div>
        <Button onClick={() => context.edit(addPolicyRule(form))}>
          <Plus aria-hidden /> {rules.length === 0 ? "Add rule" : "Or another rule"}
        </Button>
      </div>
      <OtherFieldsNote paths={form.other} />
    </div>
  );
}
