import type { Snapshot } from "#core/registry/snapshot.ts";
import { perSnapshot } from "#server/services/per-snapshot.ts";

type Explain<T> = (asked: string) => T;

/** What `explain` says of a host or resource in the state as it stands, worked out once for each snapshot. */
export function explainOnce<T>(state: { snapshot(): Snapshot }, explain: Explain<T>): Explain<T> {
  const known = perSnapshot(() => new Map<string, { readonly answer: T }>());
  return (asked) => {
    const answers = known(state.snapshot());
    const found = answers.get(asked) ?? { answer: explain(asked) };
    answers.set(asked, found);
    return found.answer;
  };
}
