"use client";
import { Plus } from "lucide-react";
import { useMemo } from "react";
import type { FormContext } from "#components/editor/form-context.ts";
import { OtherFieldsNote } from "#components/editor/other-fields-note.tsx";
import { RuleCard } from "#components/traffic/rule-card.tsx";
import { ScopeFields } from "#components/traffic/scope-fields.tsx";
import { Button } from "#components/ui/button.tsx";
import type { Catalog } from "#core/form/catalog.ts";
import { addRule, newRulePosition } from "#core/form/routing-edits.ts";
import { readRoutingForm } from "#core/form/routing-form.ts";

/** The form of a VirtualService: its rules in order, then whose traffic it is about. */
export function RoutingFields({ context, catalog }: { readonly context: FormContext; readonly catalog: Catalog }) {
  const form = useMemo(() => readRoutingForm(context.value), [context.value]);
  return (
    <div className="flex flex-col gap-4">
      {form.rules.map((rule, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rules are their places in the document
        <RuleCard key={index} index={index} rule={rule} form={form} catalog={catalog} context={context} />
      ))}
      <div>
        <Button onClick={() => context.edit(addRule(form.rules, newRulePosition(form.rules)))}>
          <Plus aria-hidden /> Add rule for some requests
        </Button>
      </div>
      <ScopeFields form={form} catalog={catalog} context={context} />
      <OtherFieldsNote paths={form.other} />
    </div>
  );
}
