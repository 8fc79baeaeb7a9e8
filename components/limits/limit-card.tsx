import Link from "next/link";
import { formatPercent } from "#components/format/format-percent.ts";
import { formatRate } from "#components/format/format-rate.ts";
import { resourceHref } from "#components/format/resource-href.ts";
import { RULE_COLUMNS } from "#components/limits/rule-columns.tsx";
import { SelectedBy } from "#components/limits/selected-by.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import type { UsedLimit } from "#core/view/limit-use.ts";

const MODES = {
  Enforce: { tone: "ok", label: "Enforce" },
  Shadow: { tone: "warn", label: "Shadow: refuses nobody" },
  Off: { tone: "neutral", label: "Off" },
} as const;

/** One limit: what it stands over, and what its rules refused. */
export function LimitCard({ limit, isOwnPage = false }: { readonly limit: UsedLimit; readonly isOwnPage?: boolean }) {
  const { ref, kind, namespace, name, mode, isPerInstance, effect, requests, rules } = limit;
  const refused = rules.reduce((sum, rule) => sum + rule.refused, 0);
  return (
    <Card
      isFlush
      testId={`limit-${namespace}-${name}`}
      title={
        isOwnPage ? (
          "Rules"
        ) : (
          <Link href={resourceHref(ref)} className="rounded-sm text-accent-text underline [overflow-wrap:anywhere]">
            {kind} {namespace}/{name}
          </Link>
        )
      }
      description={effect}
    >
      <p className="px-4 pb-3 text-muted text-xs leading-5">
        <Badge tone={MODES[mode].tone}>{MODES[mode].label}</Badge>{" "}
        {isPerInstance ? <Badge>for each proxy</Badge> : null} <SelectedBy limit={limit} />{" "}
        {requests === 0
          ? "No requests came there."
          : `${formatRate(requests)} requests came there, of which it refused ${refused === 0 ? "none" : `${formatRate(refused)} (${formatPercent((100 * refused) / requests)})`}.`}
      </p>
      <DataTable
        label={`Rules of ${kind} ${namespace}/${name}`}
        columns={RULE_COLUMNS}
        rows={rules}
        rowKey={(rule) => rule.name}
      />
    </Card>
  );
}
