import type { QuotaPeriod } from "#core/kinds/quota/schema.ts";

/** "a month of Europe/Berlin", "any 24h", "all". */
export function describePeriod({ calendar, timeZone = "UTC", rolling }: QuotaPeriod): string {
  if (calendar !== undefined) return `${calendar === "Hour" ? "an" : "a"} ${calendar.toLowerCase()} (${timeZone})`;
  return rolling === undefined ? "all" : `any ${rolling}`;
}
