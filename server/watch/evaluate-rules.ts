import { alertId, type Evaluation, type Finding } from "#core/alerts/alert.ts";
import { fillTemplate } from "#core/alerts/fill-template.ts";
import type { ObjectiveState } from "#core/objectives/judge-objective.ts";
import { queryInstant } from "#core/promql/run-query.ts";
import type { SeriesSource } from "#core/promql/series-source.ts";
import type { WrittenRule } from "#core/resolve/alerting.ts";
import type { ObjectiveTerms } from "#core/resolve/objectives.ts";

/** Of one rule: more are a mistake, and no help to anybody. */
const ALERTS_MAX = 500;
const POINTS_MAX = 4_000_000;
const RULE_MS_MAX = 10_000;
/** Of all rules: each alert is held against every silence and receiver. */
const ALL_ALERTS_MAX = 5000;
/** How long the rules of one round take at most, all together. */
const ROUND_MS_MAX = 15_000;
/** One that took a second rests for so many. */
const REST = 10;
const QUICK_MS = 500;
const HOUR_MS = 3_600_000;

/** Asks rules, round after round. Those that take long are asked less often, and keep no other from being asked. */
export class RuleTurns {
  /** By rule, when it may be asked again and what was wrong with it. */
  readonly #known = new Map<string, { readonly dueMs: number; readonly tookMs: number; readonly error?: string }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async evaluate(rules: readonly WrittenRule[], source: SeriesSource, atMs: number): Promise<readonly Evaluation[]> {
    const beganMs = this.#now();
    const written = new Set(rules.map(({ ref }) => ref));
    for (const ref of this.#known.keys()) if (!written.has(ref)) this.#known.delete(ref);
    // Whatever waits of those that take long, the others come first.
    const orderOf = ({ ref }: WrittenRule): number => this.#known.get(ref)?.dueMs ?? 0;
    const evaluations: Evaluation[] = [];
    let left = ALL_ALERTS_MAX;
    for (const rule of rules.toSorted((a, b) => orderOf(a) - orderOf(b))) {
      const { ref, forMs } = rule;
      const askedMs = this.#now();
      const known = this.#known.get(ref);
      if ((known?.dueMs ?? 0) > askedMs || askedMs - beganMs > ROUND_MS_MAX) {
        const error =
          known?.error ??
          `it waits: ${known === undefined ? "others take" : `it took ${known.tookMs} ms and others take`} their turns`;
        evaluations.push({ rule: ref, forMs, findings: [], error });
        continue;
      }
      const evaluation = await evaluateRule(rule, source, atMs, left);
      left -= evaluation.findings.length;
      evaluations.push(evaluation);
      const tookMs = this.#now() - askedMs;
      const { error } = evaluation;
      this.#known.set(ref, {
        dueMs: tookMs <= QUICK_MS ? 0 : askedMs + REST * tookMs,
        tookMs,
        ...(error === undefined ? {} : { error }),
      });
    }
    return evaluations;
  }
}

/** What cannot be asked says why. */
async function evaluateRule(rule: WrittenRule, source: SeriesSource, atMs: number, left: number): Promise<Evaluation> {
  const { ref, forMs } = rule;
  try {
    const findings = await ask(rule, source, atMs);
    if (findings.length > left) throw new Error(`all rules find more than ${ALL_ALERTS_MAX} at once: ask for less`);
    return { rule: ref, forMs, findings };
  } catch (error) {
    return { rule: ref, forMs, findings: [], error: error instanceof Error ? error.message : String(error) };
  }
}

async function ask(rule: WrittenRule, source: SeriesSource, atMs: number): Promise<readonly Finding[]> {
  const untilMs = Date.now() + RULE_MS_MAX;
  const result = await queryInstant(rule.expr, atMs, {
    source,
    pointsMax: POINTS_MAX,
    isOver: () => (Date.now() > untilMs ? "timeout" : undefined),
    pause: () => new Promise((done) => setImmediate(done)),
  });
  if (result.resultType === "scalar") return [toFinding(rule, {}, result.value)];
  if (result.resultType !== "vector") throw new Error(`it answers a ${result.resultType}`);
  if (result.series.length > ALERTS_MAX)
    throw new Error(`it finds ${result.series.length} at once, and ${ALERTS_MAX} at most are alerts: ask for less`);
  const findings = result.series.map(({ labels, values }) =>
    toFinding(rule, Object.fromEntries([...labels].filter(([name]) => name !== "__name__")), values[0] ?? Number.NaN),
  );
  if (new Set(findings.map(({ labels }) => alertId(rule.ref, labels))).size < findings.length)
    throw new Error("two of its series have the same labels as alerts: let labels leave them what tells them apart");
  return findings;
}

function toFinding(rule: WrittenRule, found: Readonly<Record<string, string>>, value: number): Finding {
  const filled = (texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
    Object.fromEntries(
      Object.entries(texts).map(([name, text]) => [name, fillTemplate(text, { labels: found, value })]),
    );
  return {
    labels: { ...found, ...filled(rule.labels), alertname: rule.name },
    annotations: filled(rule.annotations),
    value,
  };
}

/** Objectives whose budgets burn too fast; one that was not counted yet leaves its alerts as they are. */
export function evaluateObjectives(
  states: readonly { readonly terms: ObjectiveTerms; readonly state: ObjectiveState | undefined }[],
): readonly Evaluation[] {
  return states.map(({ terms, state }) => {
    const [, namespace = "", objective = ""] = terms.ref.split("/");
    if (state === undefined) return { rule: terms.ref, forMs: 0, findings: [], error: "it was not counted yet" };
    const findings = state.burns.flatMap(({ isBurning, severity, longMs, shortMs, longRate, factor }) => {
      if (!isBurning || longRate === null) return [];
      const left = state.budgetLeft === null ? "" : `; ${(100 * state.budgetLeft).toFixed(1)} % of the budget is left`;
      return [
        {
          labels: {
            ...{ alertname: "ObjectiveBurnRate", severity, namespace, objective, window: lengthText(longMs) },
            ...(terms.host === undefined ? {} : { destination_service: terms.host }),
          },
          annotations: {
            summary: `${namespace}/${objective} burns its error budget ${longRate.toPrecision(3)} times as fast as it lasts`,
            description: `over ${lengthText(longMs)} and ${lengthText(shortMs)}, where ${factor.toPrecision(3)} is too fast${left}`,
          },
          value: longRate,
        },
      ];
    });
    return { rule: terms.ref, forMs: 0, findings };
  });
}

const lengthText = (ms: number): string =>
  ms >= 24 * HOUR_MS ? `${ms / 24 / HOUR_MS}d` : ms >= HOUR_MS ? `${ms / HOUR_MS}h` : `${ms / 60_000}m`;
