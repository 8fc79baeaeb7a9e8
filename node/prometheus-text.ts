/** Prometheus' text exposition format, version 0.0.4. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly values: readonly {
    /** Of a sample of a histogram: `_bucket`, `_sum`, `_count` behind the metric's. */
    readonly name?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly value: number;
  }[];
}

export const PROMETHEUS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

export function renderMetrics(metrics: readonly Metric[]): string {
  return metrics
    .map(
      ({ name, help, type, values }) =>
        renderHead(name, type, help) +
        values
          .map(({ labels = {}, value, ...own }) => renderSample(own.name ?? name, renderLabels(labels), value))
          .join(""),
    )
    .join("");
}

/** The two lines before the samples of a metric. */
export function renderHead(name: string, type: Metric["type"], help: string): string {
  return `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n# TYPE ${name} ${type}\n`;
}

/** Labels as they stand between the braces; whatever a value holds, it stays one value. */
export function renderLabels(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}="${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`)
    .join(",");
}

/** One line; `labels` as `renderLabels` writes them, so that a set of them is written once for many samples. */
export function renderSample(name: string, labels: string, value: number): string {
  return labels === "" ? `${name} ${value}\n` : `${name}{${labels}} ${value}\n`;
}
