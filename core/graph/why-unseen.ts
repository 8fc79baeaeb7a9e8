import { nameOwnAnswers } from "#core/telemetry/own-answer.ts";

/** Requests that the called end has not seen. */
export interface Unseen {
  readonly unseen: number;
  /** Of these, what the callers' own proxies turned down. */
  readonly blocked: number;
  /** How these did: `own[CAUSE]`. */
  readonly ownAnswers: readonly string[];
}

/** Where they stayed, as far as that is known: "blocked by the caller's own proxy"; "as callers tell". */
export function whyUnseen({ unseen, blocked, ownAnswers }: Unseen): string {
  if (blocked === 0 || ownAnswers.length === 0) return "as callers tell";
  const own = nameOwnAnswers(ownAnswers);
  return blocked >= unseen ? own : `${own}, others as callers tell`;
}
