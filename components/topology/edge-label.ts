import { formatMillis } from "#components/format/format-millis.ts";
import { formatPercent } from "#components/format/format-percent.ts";
import { formatRate } from "#components/format/format-rate.ts";
import { readDenial, tellDenial } from "#components/format/read-denial.ts";
import type { DisplayEdge } from "#core/graph/display-graph.ts";

export const EDGE_LABELS = ["rate", "errors", "p95", "mtls"] as const;
export type EdgeLabel = (typeof EDGE_LABELS)[number];

const DEFAULT: readonly EdgeLabel[] = EDGE_LABELS;

/** The figures on an edge, as chosen; an error share of zero says nothing and is left out. */
export function edgeFigures(edge: DisplayEdge, labels: readonly EdgeLabel[]): string[] {
  if (edge.requestsPerSecond === 0) return labels.includes("rate") ? [restOf(edge)] : [];
  const figures: string[] = [];
  if (labels.includes("rate")) figures.push(`${formatRate(edge.requestsPerSecond)}/s`);
  if (labels.includes("errors") && edge.errorPercent > 0) figures.push(`${formatPercent(edge.errorPercent)} err`);
  if (labels.includes("p95") && edge.p95Ms !== null)
    figures.push(`${edge.count > 1 ? "≤ " : ""}${formatMillis(edge.p95Ms)}`);
  return figures;
}

/** Of an edge without requests: the copies that a mirror sends over it, or nothing. */
function restOf({ mirroredPerSecond }: DisplayEdge): string {
  return mirroredPerSecond === 0 ? "idle" : `${formatRate(mirroredPerSecond)}/s copies`;
}

/** The whole edge in a sentence, for screen readers. */
export function describeEdge(edge: DisplayEdge, nameOf: (id: string) => string): string {
  const parts = [
    `${nameOf(edge.source)} calls ${nameOf(edge.target)}`,
    `${formatRate(edge.requestsPerSecond)} requests per second`,
    `${formatPercent(edge.errorPercent)} errors`,
    edge.mirroredPerSecond === 0 ? "" : `${formatRate(edge.mirroredPerSecond)} copies per second`,
    edge.p95Ms === null ? "" : `p95 ${formatMillis(edge.p95Ms)}`,
    edge.mtlsPercent === null ? "mTLS unknown" : `mTLS ${formatPercent(edge.mtlsPercent)}`,
    edge.deniedBy
      .map((denial) => (readDenial(denial) === undefined ? `denied: ${denial}` : tellDenial(denial)))
      .join(" and "),
  ];
  return parts.filter(Boolean).join(", ");
}

export function parseLabels(text: string | null): readonly EdgeLabel[] {
  if (text === null) return DEFAULT;
  return EDGE_LABELS.filter((label) => text.split(",").includes(label));
}

/** Null for the default, so that the URL stays short; "none" where all are off. */
export function formatLabels(labels: readonly EdgeLabel[]): string | null {
  const text = EDGE_LABELS.filter((label) => labels.includes(label)).join(",");
  return text === DEFAULT.join(",") ? null : text === "" ? "none" : text;
}
