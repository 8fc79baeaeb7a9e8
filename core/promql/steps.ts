/** Times that an expression is evaluated at: `count` of them, `everyMs` apart. */
export interface Steps {
  readonly startMs: number;
  readonly everyMs: number;
  readonly count: number;
}

export function timeOf({ startMs, everyMs }: Steps, step: number): number {
  return startMs + step * everyMs;
}

export function endOf(steps: Steps): number {
  return timeOf(steps, steps.count - 1);
}
