export interface AlertView {
  readonly id: string;
  readonly state: "pending" | "firing" | "resolved";
  readonly name: string;
  /** The resource that says so; absent where the server itself does. */
  readonly ref: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Null where it is no number, or without end: JSON has no word for it. */
  readonly value: number | null;
  readonly activeAt: string;
  readonly firedAt: string | null;
  readonly resolvedAt: string | null;
  /** Silences that hold now and hide it. */
  readonly silencedBy: readonly string[];
  /** Another one, which fires, says more of the same: webhooks are not told of it. */
  readonly isInhibited: boolean;
}

export interface ReceiverView {
  readonly ref: string;
  readonly kind: "webhook" | "alertmanager";
  readonly url: string;
  /** What it was not told yet. */
  readonly waiting: number;
  readonly toldAt: string | null;
  /** What went wrong last; null where it went well. */
  readonly error: string | null;
}

export interface AlertSummary {
  readonly firing: number;
  readonly silenced: number;
  readonly inhibited: number;
  readonly pending: number;
}
