"use client";
import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { PlaintextCallers } from "#components/authentication/plaintext-callers.tsx";
import { PlanEditor } from "#components/editor/plan-editor.tsx";
import { Card } from "#components/ui/card.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Field } from "#components/ui/field.tsx";
import { MtlsBadge } from "#components/ui/mtls-badge.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { ResourceLinks } from "#components/ui/resource-links.tsx";
import { Segmented } from "#components/ui/segmented.tsx";
import { Select } from "#components/ui/select.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { type PlannedMode, planStrict } from "#core/form/plan-strict.ts";
import type { AuthenticationView, WorkloadMtlsView } from "#core/view/authentication.ts";
import type { ResourceDetail } from "#core/view/config.ts";

export interface StrictFormProps {
  readonly namespace: string;
  readonly namespaces: readonly string[];
  readonly onNamespaceChange: (namespace: string) => void;
  readonly view: AuthenticationView;
  /** All PeerAuthentications. */
  readonly policies: readonly ResourceDetail[];
}

const MODES = [
  { value: "PERMISSIVE", label: "Take both" },
  { value: "STRICT", label: "mTLS alone" },
] as const satisfies readonly { readonly value: PlannedMode; readonly label: string }[];

const COLUMNS: readonly Column<WorkloadMtlsView>[] = [
  {
    id: "workload",
    header: "Workload",
    cell: ({ namespace, workload }) => `${namespace}/${workload}`,
    sortValue: ({ workload }) => workload,
  },
  { id: "mode", header: "Accepts now", cell: ({ mode }) => <MtlsBadge mode={mode === "unknown" ? "mixed" : mode} /> },
  {
    id: "plaintext",
    header: "Came in plain text",
    cell: ({ plaintext }) => <PlaintextCallers callers={plaintext} />,
    sortValue: ({ plaintext }) => plaintext.length,
  },
];

/** The namespace, the step to take, and beside it who still speaks plain text. */
export function StrictForm({ namespace, namespaces, onNamespaceChange, view, policies }: StrictFormProps) {
  const [mode, setMode] = useState<PlannedMode>("STRICT");
  const [withOwn, setWithOwn] = useState(false);
  const { rootNamespace, hasTraffic } = view;
  const workloads = view.mtls.filter((each) => namespace === rootNamespace || each.namespace === namespace);
  const plan = planStrict({
    ...{ namespace, mode, policies, withOwn, rootNamespace },
    speaking: workloads.flatMap(({ policy }) => policy ?? []),
  });
  // Who is refused already has nothing to lose.
  const plain = workloads
    .map((each) => ({ ...each, plaintext: each.plaintext.filter(({ deniedBy }) => deniedBy.length === 0) }))
    .filter(({ plaintext }) => plaintext.length > 0);
  return (
    <PlanEditor
      plan={plan}
      missing={undefined}
      isTouched={withOwn}
      backHref="/authentication"
      aside={
        plan.kept.length === 0 ? null : (
          <Notice tone="warn" title="Some policies say something else">
            Where these do it stays so: <ResourceLinks refs={plan.kept} />.
          </Notice>
        )
      }
    >
      <Card title="Where and what">
        <div className="grid gap-4 md:grid-cols-2">
          <Field
            label="Namespace"
            hint={namespace === rootNamespace ? "here it is for the whole mesh" : "all workloads of it"}
          >
            <Select
              value={namespace}
              onValueChange={onNamespaceChange}
              options={[...new Set([namespace, ...namespaces])].map((value) => ({ value, label: value }))}
            />
          </Field>
          <Field label="Its workloads" hint="Take both first where nobody is to be refused yet">
            <Segmented label="Its workloads" value={mode} options={MODES} onValueChange={setMode} />
          </Field>
          <Checkbox
            className="col-span-full"
            isChecked={withOwn}
            onChange={setWithOwn}
            label="Change the policies that single workloads have of their own too"
          />
        </div>
      </Card>
      <Card
        isFlush
        testId="would-break"
        title={mode === "STRICT" ? "Who would be refused" : "Who still comes in plain text"}
        description="Measured over the last five minutes, with traffic as it comes"
      >
        <DataTable
          label="Workloads that are called in plain text"
          columns={COLUMNS}
          rows={plain}
          rowKey={({ namespace: of, workload }) => `${of}/${workload}`}
          empty={
            <EmptyState
              icon={<ShieldCheck />}
              className="py-8"
              title={hasTraffic ? "Nobody: all that was measured is mTLS" : "No traffic was measured"}
            >
              {hasTraffic
                ? "Who calls less often than every five minutes is not among it."
                : "Who would be refused cannot be told: wait for traffic, or take both first."}
            </EmptyState>
          }
        />
      </Card>
    </PlanEditor>
  );
}
