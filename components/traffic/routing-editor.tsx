"use client";
import { useState } from "react";
import type { EditorInput } from "#components/editor/editor-input.ts";
import { ResourceEditor } from "#components/editor/resource-editor.tsx";
import { RoutingAside } from "#components/traffic/routing-aside.tsx";
import { RoutingFields } from "#components/traffic/routing-fields.tsx";
import { useSubsetPlans } from "#components/traffic/use-subset-plans.ts";
import { useSearchState } from "#components/ui/use-search-state.ts";
import { blankConditions } from "#core/form/blank-conditions.ts";
import type { Catalog } from "#core/form/catalog.ts";
import { findService } from "#core/form/find-service.ts";
import { openDocument } from "#core/form/open-document.ts";
import { readRoutingForm } from "#core/form/routing-form.ts";
import { beginTask, parseRoutingTask, type RoutingTask } from "#core/form/routing-tasks.ts";
import { summarizeRouting } from "#core/form/summarize-routing.ts";

/** The editor of a VirtualService: the routing form, and the subsets it needs in the same revision. */
export function RoutingEditor({ label, initial, catalog }: EditorInput) {
  const planCompanions = useSubsetPlans(catalog);
  const { task, openings } = useOpenedTask();
  const begin = (text: string) => (task === undefined ? text : beginTaskOf(task, text, catalog));
  return (
    <ResourceEditor
      key={openings}
      label={label}
      initial={initial.ref === null ? { ...initial, text: begin(initial.text) } : initial}
      {...(initial.ref === null || task === undefined ? {} : { propose: begin })}
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

/** The task that the page was opened for last. What was applied takes it out of the address, and its roll-out goes on: that opens nothing. */
function useOpenedTask() {
  const asked = parseRoutingTask(useSearchState().get("task"));
  const [opened, setOpened] = useState({ asked, task: asked, openings: 0 });
  if (asked !== opened.asked)
    setOpened({ asked, task: asked ?? opened.task, openings: opened.openings + (asked === undefined ? 0 : 1) });
  return opened;
}

/** For the service that the routing is of. */
function beginTaskOf(task: RoutingTask, text: string, catalog: Catalog): string {
  const document = openDocument(text);
  if (document.kind !== "open") return text;
  const { hosts, namespace } = readRoutingForm(document.value);
  return beginTask(
    task,
    text,
    hosts.map((host) => findService(catalog, host, namespace)).find((each) => each !== undefined),
  );
}
