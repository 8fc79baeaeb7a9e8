import Link from "next/link";
import type { ReactNode } from "react";
import { resourceHref } from "#components/format/resource-href.ts";
import { objectiveHref } from "#components/objectives/objective-href.ts";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { Ago } from "#components/ui/time-text.tsx";
import type { AlertView } from "#core/view/alert.ts";

const TONE: Readonly<Record<AlertView["state"], Tone>> = { firing: "bad", pending: "warn", resolved: "neutral" };
const WORD: Readonly<Record<AlertView["state"], string>> = { firing: "Firing", pending: "Pending", resolved: "Over" };

function AlertState({ alert: { state, silencedBy, isInhibited } }: { readonly alert: AlertView }) {
  if (silencedBy.length > 0) return <Badge>Silenced</Badge>;
  return isInhibited ? <Badge>Inhibited</Badge> : <Badge tone={TONE[state]}>{WORD[state]}</Badge>;
}

/** Where it is read what an alert is about. */
function alertHref({ ref }: AlertView): string | null {
  if (ref === null) return null;
  return ref.startsWith("Objective/") ? objectiveHref(ref) : resourceHref(ref);
}

function AlertWhat({ alert }: { readonly alert: AlertView }) {
  const { name, annotations, labels } = alert;
  const href = alertHref(alert);
  return (
    <span className="flex min-w-0 flex-col gap-0.5">
      <span className="font-medium">
        {href === null ? (
          name
        ) : (
          <Link className="rounded-sm text-accent-text hover:underline" href={href}>
            {name}
          </Link>
        )}
      </span>
      {annotations.summary === undefined ? null : <span className="text-sm">{annotations.summary}</span>}
      <span className="text-subtle text-xs [overflow-wrap:anywhere]">
        {Object.entries(labels)
          .filter(([label]) => label !== "alertname")
          .map(([label, value]) => `${label}=${value}`)
          .join("  ")}
      </span>
    </span>
  );
}

const SHARED: readonly Column<AlertView>[] = [
  { id: "state", header: "State", cell: (alert) => <AlertState alert={alert} /> },
  { id: "what", header: "Alert", cell: (alert) => <AlertWhat alert={alert} /> },
  {
    id: "value",
    header: "Value",
    align: "end",
    hideBelow: "md",
    cell: ({ value }) => (value === null ? "–" : String(Number(value.toPrecision(4)))),
  },
  { id: "since", header: "Since", align: "end", cell: ({ firedAt, activeAt }) => <Ago at={firedAt ?? activeAt} /> },
];

/** `act` draws what can be done with one. */
export function standingColumns(act: (alert: AlertView) => ReactNode): readonly Column<AlertView>[] {
  return [...SHARED, { id: "act", header: "", align: "end", cell: act }];
}

export const HISTORY_COLUMNS: readonly Column<AlertView>[] = [
  ...SHARED,
  {
    id: "until",
    header: "Over",
    align: "end",
    cell: ({ resolvedAt }) => (resolvedAt === null ? "" : <Ago at={resolvedAt} />),
  },
];
