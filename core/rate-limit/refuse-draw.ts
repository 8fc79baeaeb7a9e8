import type { Draw, Grant } from "#core/rate-limit/lease-message.ts";

/** The answer that grants nothing, and changes nothing of what the agent holds. */
export const refuseDraw = ({ key, lease }: Draw, trouble: NonNullable<Grant["trouble"]>, ttlMs: number): Grant => ({
  key,
  lease,
  granted: 0,
  isAmple: false,
  ttlMs,
  left: 0,
  waitMs: 0,
  trouble,
});
