export interface Moment {
  /** Up to when; absent: now. */
  readonly atMs?: number;
  /** A service: what bears on it stands first. */
  readonly host?: string | null;
}

/** What changed just before a moment. */
export function beforeHref({ atMs, host }: Moment): string {
  const asked = new URLSearchParams();
  asked.set("until", atMs === undefined ? "now" : String(Math.ceil(atMs)));
  if (host !== undefined && host !== null) asked.set("host", host);
  return `/changes?${asked}`;
}

/** Undefined where no moment is asked for; null for now. */
export function parseUntil(text: string | null): number | null | undefined {
  if (text === null) return undefined;
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : null;
}
