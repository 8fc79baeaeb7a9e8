"use client";
import { Globe } from "lucide-react";
import { useState } from "react";
import { PlanEditor } from "#components/editor/plan-editor.tsx";
import { rateScale } from "#components/format/figure-scale.ts";
import { formatRate } from "#components/format/format-rate.ts";
import { Card } from "#components/ui/card.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { ChipInput } from "#components/ui/chip-input.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Field } from "#components/ui/field.tsx";
import { figureColumn } from "#components/ui/figure-column.ts";
import { Notice } from "#components/ui/notice.tsx";
import { ResourceLinks } from "#components/ui/resource-links.tsx";
import { Select } from "#components/ui/select.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { type AllowedHost, planEgress } from "#core/form/plan-egress.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import type { ResourceDetail, ResourceSummary } from "#core/view/config.ts";
import type { EgressSeen, EgressView } from "#core/view/egress.ts";

export interface EgressFormProps {
  readonly namespaces: readonly string[];
  readonly initialNamespace: string;
  readonly view: EgressView;
  /** Sidecars and the MeshConfig. */
  readonly standing: readonly ResourceDetail[];
  /** ServiceEntries. */
  readonly entries: readonly ResourceSummary[];
}

const keyOf = ({ host, port, protocol }: AllowedHost): string => `${protocol} ${host}:${port}`;

function isOwnHost({ host }: AllowedHost): boolean {
  return /^(127\.|localhost$|\[?::1\]?$)/.test(host);
}

/** `api.example.com:443` */
function parseHost(text: string): AllowedHost {
  const [, host = text, port = "443"] = /^(.*?)(?::(\d{1,5}))?$/.exec(text.trim()) ?? [];
  const number = Number(port);
  return { host: host.toLowerCase(), port: number, protocol: number === 80 || number === 8080 ? "http" : "tcp" };
}

/** The namespace, and which of the hosts that were asked for stay within reach. */
export function EgressForm({ namespaces, initialNamespace, view, standing, entries }: EgressFormProps) {
  const [namespace, setNamespace] = useState(initialNamespace);
  // The caller's own host is of no registry: such calls end.
  const [begun] = useState<ReadonlySet<string>>(() => new Set(view.seen.filter(isOwnHost).map(keyOf)));
  const [without, setWithout] = useState(begun);
  const [more, setMore] = useState<readonly string[]>([]);
  const { rootNamespace, hasTraffic } = view;
  const isMesh = namespace === rootNamespace;
  const seen = merge(view.seen.filter((each) => isMesh || each.namespace === namespace));
  const named = seen.filter(({ host }) => host !== "");
  const unnamed = seen.filter(({ host }) => host === "").reduce((sum, { perSecond }) => sum + perSecond, 0);
  const plan = planEgress({
    ...{ namespace, rootNamespace },
    hosts: [...named.filter((each) => !without.has(keyOf(each))), ...more.map(parseHost)],
    sidecars: ofKind(standing, "Sidecar"),
    meshConfig: ofKind(standing, "MeshConfig")[0],
    takenNames: entries.flatMap((each) => (each.namespace === namespace ? [each.name] : [])),
  });
  const toggle = (key: string, isKept: boolean) =>
    setWithout((before) => new Set(isKept ? [...before].filter((each) => each !== key) : [...before, key]));
  const columns: readonly Column<EgressSeen>[] = [
    {
      id: "host",
      header: "Host",
      cell: (row) => (
        <Checkbox
          isChecked={!without.has(keyOf(row))}
          onChange={(isKept) => toggle(keyOf(row), isKept)}
          label={
            <span className="min-w-32 font-mono text-xs [overflow-wrap:anywhere]">
              {row.host}
              {row.port === 0 ? "" : `:${row.port}`}
            </span>
          }
        />
      ),
      sortValue: ({ host }) => host,
    },
    {
      id: "callers",
      header: "Called by",
      cell: ({ callers }) => <span className="[overflow-wrap:anywhere]">{callers.join(", ")}</span>,
    },
    { id: "protocol", header: "As", hideBelow: "md", cell: ({ protocol }) => protocol.toUpperCase() },
    figureColumn("rate", "Requests/s", ({ perSecond }) => perSecond, rateScale),
    figureColumn("blocked", "Blocked already", ({ blockedPerSecond }) => blockedPerSecond, rateScale),
  ];
  return (
    <PlanEditor
      plan={plan}
      missing={undefined}
      isTouched={without !== begun || more.length > 0}
      backHref="/traffic"
      aside={
        <>
          {plan.kept.length === 0 ? null : (
            <Notice tone="warn" title="Some Sidecars say something else">
              Their workloads go on calling what they like: <ResourceLinks refs={plan.kept} />.
            </Notice>
          )}
          {unnamed === 0 ? null : (
            <Notice tone="warn" title="Connections of which no host is known">
              {formatRate(unnamed)}/s are not HTTP, and say no host. They would end: name where they go.
            </Notice>
          )}
        </>
      }
    >
      <Card title="Where">
        <div className="grid gap-4 md:grid-cols-2">
          <Field label="Namespace" hint={isMesh ? "here it is for the whole mesh" : "all workloads of it"}>
            <Select
              value={namespace}
              onValueChange={setNamespace}
              options={[...new Set([namespace, ...namespaces])].map((value) => ({ value, label: value }))}
            />
          </Field>
          <Field label="Other hosts to keep" hint="such as api.example.com:443">
            <ChipInput
              label="Other hosts to keep"
              values={more}
              onValuesChange={setMore}
              options={[]}
              doubtOf={(value) => (/^[a-z0-9.-]+(:\d{1,5})?$/i.test(value.trim()) ? null : "this is no host")}
            />
          </Field>
        </div>
      </Card>
      <Card
        isFlush
        testId="egress-seen"
        title="Called, and in no registry"
        description="Over the last hour, by samples of requests; what is ticked goes on"
      >
        <DataTable
          label="Hosts that are called, and in no registry"
          columns={columns}
          rows={named}
          rowKey={keyOf}
          empty={
            <EmptyState
              icon={<Globe />}
              className="py-8"
              title={hasTraffic ? "None: all that was called is in the registry" : "No traffic was measured"}
            >
              {hasTraffic
                ? "What is called less often than every hour is not among it."
                : "What would be refused cannot be told: wait for traffic, or name the hosts above."}
            </EmptyState>
          }
        />
      </Card>
    </PlanEditor>
  );
}

/** Of the whole mesh: one host once, whichever namespace calls it. */
function merge(seen: readonly EgressSeen[]): EgressSeen[] {
  return [...Map.groupBy(seen, keyOf).values()].flatMap((all) => {
    const [first] = all;
    if (first === undefined) return [];
    return [
      {
        ...first,
        callers: [...new Set(all.flatMap(({ callers }) => callers))],
        perSecond: all.reduce((sum, { perSecond }) => sum + perSecond, 0),
        blockedPerSecond: all.reduce((sum, { blockedPerSecond }) => sum + blockedPerSecond, 0),
      },
    ];
  });
}
