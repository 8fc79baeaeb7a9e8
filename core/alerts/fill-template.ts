import type { Finding } from "#core/alerts/alert.ts";
import { labelOf } from "#core/resolve/alerting.ts";

/** Written texts are no longer; what labels say could make them so. */
const CHARACTERS_MAX = 2000;

/** Prometheus' `{{ $value }}` and `{{ $labels.NAME }}` in a text; whatever else is in braces stays. What becomes too long is cut. */
export function fillTemplate(text: string, { labels, value }: Pick<Finding, "labels" | "value">): string {
  const filled = text.replace(/\{\{\s*\$(value|labels\.([a-zA-Z_]\w*))\s*\}\}/g, (_, what: string, label: string) =>
    what === "value" ? String(Number(value.toPrecision(6))) : labelOf(labels, label),
  );
  return filled.length > CHARACTERS_MAX ? `${filled.slice(0, CHARACTERS_MAX).toWellFormed()}…` : filled;
}
