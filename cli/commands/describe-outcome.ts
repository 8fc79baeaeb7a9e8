import { addressOf, endOf, formatShare, locationOf, othersOf, WHO } from "#core/view/outcome-words.ts";
import type { OutcomesView, OutcomeView, StepView } from "#core/view/simulation.ts";

/** `reviews-v1 in default at 10.0.0.5:9080` */
function describeEnd(outcome: OutcomeView): string {
  const [end, address] = [endOf(outcome), addressOf(outcome)];
  return `${end}${address === undefined || address === end ? "" : ` at ${address}`}${othersOf(outcome)}`;
}

/** What came of a call, in one line. */
export function describeOutcome(outcome: OutcomeView): string {
  const { status, flags, details, by, security, delayMs } = outcome;
  const wait = delayMs === 0 ? "" : `, after ${delayMs} ms`;
  const over = security === null ? "" : `, over ${security}`;
  if (by === "application" || by === "outside") return `goes to ${describeEnd(outcome)}${over}${wait}`;
  if (by === "unknown") return `cannot be said: ${details}`;
  const location = locationOf(outcome);
  const what = status === null ? "is closed" : `is answered ${status}`;
  return `${what}${flags === "" ? "" : ` ${flags}`} by ${WHO[by]}${location === undefined ? "" : `, to ${location}`}: ${details}${wait}`;
}

function describeOrigins({ origins }: StepView): string {
  return origins
    .map(
      ({ resource, path, line }) =>
        `${resource}${path === undefined ? "" : ` ${path}`}${line === undefined ? "" : ` (line ${line})`}`,
    )
    .join(", ");
}

const MARKS = { found: "·", passed: "·", changed: "~", ended: "■" } as const;

/** The steps of one outcome, proxy by proxy. */
export function formatSteps({ hops }: OutcomeView): string {
  return hops
    .map(({ name, namespace, side, steps }) => {
      const lines = steps.map((step) => {
        const origins = describeOrigins(step);
        return `  ${MARKS[step.result]} ${step.at}: ${step.title}\n      ${step.why}${origins === "" ? "" : `\n      from ${origins}`}`;
      });
      return `${side === "caller" ? "at" : "at the called"} ${name}${namespace === "" ? "" : `.${namespace}`}\n${lines.join("\n")}\n`;
    })
    .join("\n");
}

export function formatOutcomes({ outcomes, leftOut }: OutcomesView): string {
  const lines = outcomes.map((outcome) => `${formatShare(outcome.share).padStart(8)}  ${describeOutcome(outcome)}\n`);
  if (leftOut > 0) lines.push(`${formatShare(leftOut).padStart(8)}  goes in more ways than are followed\n`);
  return lines.join("");
}
