import { countSteps } from "#core/schema/compile-regex.ts";

/** What one question's patterns may come to together: compiling and matching is not interrupted, and everybody waits for it. */
const STEPS_MAX = 50_000;
/** Steps of a pattern times characters of a text: a match that no longer can be foreseen. */
const STEPS_OF_MATCH_MAX = 4_000_000;
const MATCHING_MS_MAX = 2000;

/** A pattern, or a match of one, that is more than one question may cost everybody. */
export class PatternTooCostly extends Error {}

/** Bounds what patterns cost that callers make up: RE2's time does not grow with what it tries, but with pattern and text. */
export class PatternBudget {
  #steps = STEPS_MAX;
  #ms = MATCHING_MS_MAX;

  /** To be asked before a pattern is compiled; answers its steps. */
  admit(pattern: string): number {
    const steps = countSteps(pattern);
    this.#steps -= steps;
    if (this.#steps < 0)
      throw new PatternTooCostly(`regular expressions come to more than ${STEPS_MAX} steps: too large`);
    return steps;
  }

  run<T>(steps: number, text: string, match: () => T): T {
    if (steps * text.length > STEPS_OF_MATCH_MAX)
      throw new PatternTooCostly(
        `a regular expression of ${steps} steps is too large for a text of ${text.length} characters`,
      );
    if (this.#ms < 0)
      throw new PatternTooCostly("regular expressions take too long: write simpler ones, or ask of less");
    const since = performance.now();
    const result = match();
    this.#ms -= performance.now() - since;
    return result;
  }
}
