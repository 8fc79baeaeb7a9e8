/** The time of day, `14:03:27`; with milliseconds for spans and requests. */
export function formatClock(
  ms: number,
  options: { readonly seconds?: boolean; readonly millis?: boolean; readonly timeZone?: string } = {},
): string {
  return new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    ...(options.seconds === false ? {} : { second: "2-digit" }),
    ...(options.millis === true ? { fractionalSecondDigits: 3 } : {}),
    ...(options.timeZone === undefined ? {} : { timeZone: options.timeZone }),
  }).format(ms);
}

/** Day and time, `23 Nov 2026, 14:03:27`. */
export function formatDateTime(ms: number, timeZone?: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    dateStyle: "medium",
    timeStyle: "medium",
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(ms);
}
