/** What a rule found at one moment. */
export interface Finding {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One rule as it was asked: what it found, or why it could not be asked. */
export interface Evaluation {
  readonly rule: string;
  readonly forMs: number;
  readonly findings: readonly Finding[];
  /** Its alerts stay as they are. */
  readonly error?: string | undefined;
}

export interface Alert extends Finding {
  /** Of the rule and its labels. */
  readonly id: string;
  readonly rule: string;
  readonly activeMs: number;
  /** Null while it is pending. */
  readonly firingMs: number | null;
  /** Null while it is not over. */
  readonly resolvedMs: number | null;
}

export const stateOf = ({ firingMs, resolvedMs }: Pick<Alert, "firingMs" | "resolvedMs">) =>
  resolvedMs !== null ? "resolved" : firingMs === null ? "pending" : "firing";

/** Equal labels of one rule are one alert. */
export function alertId(rule: string, labels: Finding["labels"]): string {
  return JSON.stringify([rule, ...Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
}
