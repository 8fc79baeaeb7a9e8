/** Takes all steps, one straight after the other. */
export function inOneTurn<T>(steps: Generator<undefined, T, undefined>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}
