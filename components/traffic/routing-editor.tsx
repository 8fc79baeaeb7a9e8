"use client";
import type { EditorInput } from "#components/editor/editor-input.ts";
import { ResourceEditor } from "#components/editor/resource-editor.tsx";
import { RoutingAside } from "#components/traffic/routing-aside.tsx";
import { RoutingFields } from "#components/traffic/routing-fields.tsx";
import { useSubsetPlans } from "#components/traffic/use-subset-plans.ts";
import { blankConditions } from "#core/form/blank-conditions.ts";
import { readRoutingForm } from "#core/form/routing-form.ts";
import { summarizeRouting } from "#core/form/summarize-routing.ts";

/** The editor of a VirtualService: the routing form, and the subsets it needs in the same revision. */
export function RoutingEditor({ label, initial, catalog }: EditorInput) {
  const planCompanions = useSubsetPlans(catalog);
  return (
    <ResourceEditor
      label={label}
      initial={initial}
      backHref="/traffic"
      planCompanions={planCompanions}
      findBlanks={blankConditions}
      renderForm={(context) => <RoutingFields context={context} catalog={catalog} />}
      renderAside={(context) => <RoutingAside context={context} />}
      suggestReason={(before, after) =>
        summarizeRouting(before === null ? null : readRoutingForm(before), readRoutingForm(after))
      }
    />
  );
}
