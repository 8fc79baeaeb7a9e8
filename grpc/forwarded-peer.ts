/** The peer of a forwarded call, as it crosses the thread. */
export interface ForwardedPeer {
  readonly address: string;
  readonly certificate: {
    readonly isTrusted: boolean;
    readonly problem: string | null;
    readonly uris: readonly string[];
    readonly serial: string;
    readonly notAfterMs: number;
    readonly der: Uint8Array;
  } | null;
  /** `authorization` only. */
  readonly headers: Readonly<Record<string, string>>;
}
