/** The time ranges a page can look back over. */
export const RANGES = [
  { name: "30s", seconds: 30, label: "Last 30 seconds" },
  { name: "1m", seconds: 60, label: "Last minute" },
  { name: "5m", seconds: 300, label: "Last 5 minutes" },
  { name: "15m", seconds: 900, label: "Last 15 minutes" },
  { name: "30m", seconds: 1800, label: "Last 30 minutes" },
  { name: "1h", seconds: 3600, label: "Last hour" },
  { name: "3h", seconds: 10_800, label: "Last 3 hours" },
  { name: "6h", seconds: 21_600, label: "Last 6 hours" },
  { name: "1d", seconds: 86_400, label: "Last day" },
  { name: "7d", seconds: 604_800, label: "Last 7 days" },
] as const;

export type RangeName = (typeof RANGES)[number]["name"];

export interface Range {
  readonly name: RangeName;
  readonly seconds: number;
  readonly label: string;
  /** False for a page's default, which links do not carry along. */
  readonly isChosen: boolean;
}

/** Where nothing is chosen: what is live looks at the last minute, what is compared at five. */
const DEFAULT: RangeName = "5m";
const LIVE_DEFAULT: RangeName = "1m";

/** The range that stands in the URL of a page, or the page's own default. */
export function parseRange(name: string | null | undefined, path = ""): Range {
  const isLive = path === "/topology" || path.startsWith("/topology?");
  const chosen = RANGES.find((range) => range.name === name);
  const fallback = RANGES.find((range) => range.name === (isLive ? LIVE_DEFAULT : DEFAULT)) ?? RANGES[0];
  return { ...(chosen ?? fallback), isChosen: chosen !== undefined };
}

/** How often figures over a range are worth asking for again. */
export function refreshMs({ seconds }: Pick<Range, "seconds">): number {
  return seconds <= 900 ? 5000 : seconds <= 10_800 ? 15_000 : 60_000;
}

/** A path with the chosen range carried along. */
export function withRange(path: string, range: Range): string {
  if (!range.isChosen) return path;
  return `${path}${path.includes("?") ? "&" : "?"}range=${range.name}`;
}

/** The range itself, or the shortest known one of at least so many seconds. */
export function longerRange(range: Range, secondsMin: number): Range {
  if (range.seconds >= secondsMin) return range;
  const longer = RANGES.find(({ seconds }) => seconds >= secondsMin);
  return longer === undefined ? range : { ...longer, isChosen: range.isChosen };
}
