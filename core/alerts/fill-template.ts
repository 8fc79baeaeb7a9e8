import type { Finding } from "#core/alerts/alert.ts";
import { labelOf } from "#core/resolve/alerting.ts";

/** Prometheus' `{{ $value }}` and `{{ $labels.NAME }}` in a text; whatever else is in braces stays. */
export function fillTemplate(text: string, { labels, value }: Pick<Finding, "labels" | "value">): string {
  return text.replace(/\{\{\s*\$(value|labels\.([a-zA-Z_]\w*))\s*\}\}/g, (_, what: string, label: string) =>
    what === "value" ? String(Number(value.toPrecision(6))) : labelOf(labels, label),
  );
}
