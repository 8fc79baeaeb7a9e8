import { Sparkline } from "#components/charts/sparkline.tsx";
import { millisScale, percentScale, rateScale } from "#components/format/figure-scale.ts";
import { AnyLength, NameInNamespace } from "#components/ui/any-length.tsx";
import { cx } from "#components/ui/cx.ts";
import { figureColumn } from "#components/ui/figure-column.ts";
import { HealthMark } from "#components/ui/health-mark.tsx";
import { MtlsBadge } from "#components/ui/mtls-badge.tsx";
import type { Column } from "#components/ui/table-column.ts";
import type { HealthStatus } from "#core/graph/graph.ts";
import type { ServiceRow } from "#core/view/service.ts";

const TROUBLE: Readonly<Record<HealthStatus, number>> = { failure: 4, degraded: 3, unknown: 2, idle: 1, healthy: 0 };

const COLUMNS = {
  name: {
    id: "name",
    header: "Service",
    sortValue: ({ name, namespace }) => `${name} ${namespace}`,
    cell: (service) => <NameInNamespace {...service} />,
  },
  health: {
    id: "health",
    header: "Health",
    width: "8.5rem",
    align: "start",
    sortValue: ({ health }) => -TROUBLE[health.status],
    cell: ({ health }) => <HealthMark health={health} withWord />,
  },
  rate: figureColumn("rate", "Requests/s", ({ requestsPerSecond }) => requestsPerSecond, rateScale),
  errors: {
    id: "errors",
    header: "Errors",
    align: "end",
    sortValue: ({ errorPercent }) => errorPercent,
    figure: { of: ({ errorPercent }) => errorPercent, scale: percentScale },
    cell: ({ errorPercent }, format) => (
      <span
        className={cx(
          (errorPercent ?? 0) >= 10 ? "font-medium text-bad-text" : (errorPercent ?? 0) > 0 ? "text-warn-text" : "",
        )}
      >
        {format(errorPercent)}
      </span>
    ),
  },
  p95: figureColumn("p95", "p95", ({ p95Ms }) => p95Ms, millisScale),
  trend: {
    id: "trend",
    header: "Trend",
    align: "end",
    width: "8rem",
    hideBelow: "md",
    cell: ({ sparkline, health }) => (
      <Sparkline values={sparkline} tone={health.status === "failure" ? "bad" : "accent"} className="ml-auto" />
    ),
  },
  instances: {
    id: "instances",
    header: "Instances",
    align: "end",
    hideBelow: "lg",
    sortValue: ({ instances }) => instances,
    cell: ({ instances, healthyInstances }) =>
      healthyInstances === instances ? (
        instances
      ) : (
        <span className="text-warn-text">{`${healthyInstances} of ${instances}`}</span>
      ),
  },
  versions: {
    id: "versions",
    header: "Versions",
    hideBelow: "xl",
    cell: ({ versions }) => (
      <span className="text-muted">
        <AnyLength text={versions.join(", ") || "–"} />
      </span>
    ),
  },
  mtls: {
    id: "mtls",
    header: "mTLS",
    hideBelow: "lg",
    sortValue: ({ mtls }) => mtls,
    cell: ({ mtls }) => <MtlsBadge mode={mtls} />,
  },
} as const satisfies Record<string, Column<ServiceRow>>;

export type ServiceColumn = keyof typeof COLUMNS;

/** The chosen columns of a table of services, in this order. */
export function buildServiceColumns(names: readonly ServiceColumn[]): Column<ServiceRow>[] {
  return names.map((name) => COLUMNS[name]);
}
