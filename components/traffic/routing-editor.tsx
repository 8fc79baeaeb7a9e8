"use client";
import { useState } from "react";
import type { EditorInput } from "#components/editor/editor-input.ts";
import { ResourceEditor } from "#components/editor/resource-editor.tsx";
import { RoutingAside } from "#components/traffic/routing-aside.tsx";
import { RoutingFields } from "#components/traffic/routing-fields.tsx";
import { useSubsetPlans } from "#components/traffic/use-subset-plans.ts";
import { Notice } from "#components/ui/notice.tsx";
import { useSearchState } from "#components/ui/use-search-state.ts";
import { blankConditions } from "#core/form/blank-conditions.ts";
import type { Catalog } from "#core/form/catalog.ts";
import { findService } from "#core/form/find-service.ts";
import { openDocument } from "#core/form/open-document.ts";
import { type RoutingForm, readRoutingForm } from "#core/form/routing-form.ts";
import {
  beginTask,
  parseRoutingTask,
  ROUTING_TASKS,
  type RoutingTask,
  whyNoVersion,
} from "#core/form/routing-tasks.ts";
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
      renderForm={(context) => (
        <>
          {task === undefined ? null : <NoVersionNotice task={task} value={context.value} catalog={catalog} />}
          <RoutingFields context={context} catalog={catalog} />
        </>
      )}
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

/** Tasks that try another version do nothing where there is none: it is told while it is so. */
function NoVersionNotice({
  task,
  value,
  catalog,
}: {
  readonly task: RoutingTask;
  readonly value: unknown;
  readonly catalog: Catalog;
}) {
  const form = readRoutingForm(value);
  const why = whyNoVersion(task, form, serviceOf(form, catalog));
  return why === undefined ? null : (
    <Notice tone="warn" role="status" className="mb-4" title={`${ROUTING_TASKS[task].label}: no second version`}>
      {why}.
    </Notice>
  );
}

/** For the service that the routing is of. */
function beginTaskOf(task: RoutingTask, text: string, catalog: Catalog): string {
  const document = openDocument(text);
  return document.kind === "open" ? beginTask(task, text, serviceOf(readRoutingForm(document.value), catalog)) : text;
}

function serviceOf({ hosts, namespace }: RoutingForm, catalog: Catalog) {
  return hosts.map((host) => findService(catalog, host, namespace)).find((each) => each !== undefined);
}
