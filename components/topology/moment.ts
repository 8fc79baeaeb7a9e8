/** A time in a link, as ISO 8601; undefined where there is none. */
export function parseMoment(text: string | null | undefined): number | undefined {
  const ms = Date.parse(text ?? "");
  return Number.isNaN(ms) || ms <= 0 ? undefined : ms;
}

export function formatMoment(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

/** As a field for date and time has it: in the time zone of who looks. */
export function toField(ms: number | undefined): string {
  if (ms === undefined) return "";
  const local = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}
