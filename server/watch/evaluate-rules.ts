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
const HOUR_MS = 3_600_000;

/** Asks one rule after another; what cannot be asked says why, and keeps no other from being asked. */
export async function evaluateRules(
  rules: readonly WrittenRule[],
  source: SeriesSource,
  atMs: number,
): Promise<readonly Evaluation[]> {
  const evaluations: Evaluation[] = [];
  for (const rule of rules) {
    const { ref, forMs } = rule;
    try {
      evaluations.push({ rule: ref, forMs, findings: await ask(rule, source, atMs) });
    } catch (error) {
      evaluations.push({
        rule: ref,
        forMs,
        findings: [],
        error: error instanceof Error ? error.message : String(error),
      });
    }
  }
  return evaluations;
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
