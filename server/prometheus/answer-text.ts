import { apiNumber } from "#core/promql/literals.ts";
import type { Meter } from "#core/promql/meter.ts";
import { PromqlError } from "#core/promql/promql-error.ts";
import type { QueryResult, ResultSeries } from "#core/promql/run-query.ts";
import type { SeriesLabels } from "#core/promql/series-labels.ts";
import type { ExemplarSeries } from "#server/prometheus/exemplars.ts";

/** Of an answer; a larger one is more than a chart or a table can show. */
const ANSWER_CHARS_MAX = 64 * 1024 * 1024;

export function metricText(labels: SeriesLabels): string {
  return JSON.stringify(Object.fromEntries(labels));
}

const pointText = (ms: number, value: number): string => `[${ms / 1000},"${apiNumber(value)}"]`;

/** Parts of a list that is answered. */
export class Answer {
  readonly #meter: Meter;
  readonly #parts: string[] = [];
  #chars = 0;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  get size(): number {
    return this.#parts.length;
  }

  get text(): string {
    return this.#parts.join(",");
  }

  /** The parts are lines, each with its end. */
  get sorted(): string {
    return this.#parts.toSorted().join("");
  }

  async add(part: string): Promise<void> {
    this.#chars += part.length;
    if (this.#chars > ANSWER_CHARS_MAX)
      throw new PromqlError("execution", `an answer of more than ${ANSWER_CHARS_MAX} characters: ask of less`);
    this.#parts.push(part);
    await this.#meter.work(part.length);
  }
}

export async function resultText(result: QueryResult, meter: Meter): Promise<string> {
  switch (result.resultType) {
    case "scalar":
      return `{"resultType":"scalar","result":${pointText(result.atMs, result.value)}}`;
    case "string":
      return `{"resultType":"string","result":[${result.atMs / 1000},${JSON.stringify(result.value)}]}`;
    case "vector":
    case "matrix": {
      const answer = new Answer(meter);
      const text = result.resultType === "vector" ? sampleText : seriesText;
      for (const series of result.series) await answer.add(text(series));
      return `{"resultType":"${result.resultType}","result":[${answer.text}]}`;
    }
  }
}

function sampleText({ labels, timesMs, values }: ResultSeries): string {
  return `{"metric":${metricText(labels)},"value":${pointText(timesMs[0] ?? 0, values[0] ?? Number.NaN)}}`;
}

function seriesText({ labels, timesMs, values }: ResultSeries): string {
  let points = "";
  for (let index = 0; index < timesMs.length; index += 1)
    points += `${index === 0 ? "" : ","}${pointText(timesMs[index] ?? 0, values[index] ?? Number.NaN)}`;
  return `{"metric":${metricText(labels)},"values":[${points}]}`;
}

/** By the label that data sources of Grafana take for a trace's by default. */
export async function exemplarsText(series: readonly ExemplarSeries[], meter: Meter): Promise<string> {
  const answer = new Answer(meter);
  for (const { labels, exemplars } of series) {
    const all = exemplars.map(
      ({ traceId, value, atMs }) =>
        `{"labels":${JSON.stringify({ trace_id: traceId })},"value":"${apiNumber(value)}","timestamp":${atMs / 1000}}`,
    );
    await answer.add(`{"seriesLabels":${metricText(labels)},"exemplars":[${all.join(",")}]}`);
  }
  return `[${answer.text}]`;
}
