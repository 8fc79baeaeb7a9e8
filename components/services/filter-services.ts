import type { HealthStatus } from "#core/graph/graph.ts";
import type { ServiceRow } from "#core/view/service.ts";

export type HealthFilter = "all" | "trouble" | "idle";

const SHOWN: Readonly<Record<Exclude<HealthFilter, "all">, readonly HealthStatus[]>> = {
  trouble: ["failure", "degraded"],
  idle: ["idle", "unknown"],
};

/** Services whose host, namespace, versions or ports contain every word. */
export function filterServices(
  rows: readonly ServiceRow[],
  query: string,
  health: HealthFilter,
): readonly ServiceRow[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    if (health !== "all" && !SHOWN[health].includes(row.health.status)) return false;
    const text = [
      row.host,
      row.name,
      row.namespace,
      ...row.versions,
      ...row.ports.map(({ number, protocol }) => `${number} ${protocol}`),
    ]
      .join(" ")
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
