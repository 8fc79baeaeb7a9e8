import type { Tone } from "#components/ui/badge.tsx";
import { endOf, WHO } from "#core/view/outcome-words.ts";
import type { OutcomeView } from "#core/view/simulation.ts";

/** What came of it, in a few words. */
export function headlineOf(outcome: OutcomeView): string {
  const { by, status, flags, details } = outcome;
  if (by === "application" || by === "outside") return `Reaches ${endOf(outcome)}`;
  if (by === "unknown") return `Cannot be said: ${details}`;
  const what = status === null ? "Connection closed" : `${status}${flags === "" ? "" : ` ${flags}`}`;
  return `${what} from ${WHO[by]}`;
}

export function toneOf({ by, status }: OutcomeView): Tone {
  if (by === "application" || by === "outside") return "ok";
  if (by === "unknown") return "warn";
  return status !== null && status < 400 ? "accent" : "bad";
}
