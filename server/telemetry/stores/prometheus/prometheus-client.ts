import { z } from "zod";
import { describeIssues } from "#core/describe-issues.ts";
import { PharosError } from "#core/errors.ts";
import { askJson, type JsonAddress } from "#server/telemetry/stores/ask-json.ts";

export type SeriesLabels = Readonly<Record<string, string>>;

export interface QueriedSeries {
  readonly labels: SeriesLabels;
  readonly points: readonly (readonly [ms: number, value: number])[];
}

const point = z.tuple([z.number(), z.string()]);
const Answered = z.object({
  status: z.literal("success"),
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: point.optional(),
        values: z.array(point).optional(),
      }),
    ),
  }),
});
const Refused = z.object({ error: z.string() });

/** Asks by PromQL. Rejects with "unavailable" where it is not answered, "exhausted" where the answer is too large. */
export class PrometheusClient {
  readonly #address: JsonAddress;

  constructor(address: JsonAddress) {
    this.#address = address;
  }

  /** Each series with one point. */
  instant(query: string, atMs: number): Promise<readonly QueriedSeries[]> {
    return this.#ask("query", { query, time: String(atMs / 1000) });
  }

  /** Each series with its points at `startMs` and every `stepMs` behind it, up to `endMs`. */
  range(query: string, startMs: number, endMs: number, stepMs: number): Promise<readonly QueriedSeries[]> {
    const params = { start: String(startMs / 1000), end: String(endMs / 1000), step: String(stepMs / 1000) };
    return this.#ask("query_range", { query, ...params });
  }

  async #ask(path: string, params: Readonly<Record<string, string>>): Promise<readonly QueriedSeries[]> {
    const { url } = this.#address;
    const form = new URLSearchParams(params);
    const { status, value, text } = await askJson(this.#address, `/api/v1/${path}`, "--prometheus-headers", form);
    const read = Answered.safeParse(value);
    if (!read.success) {
      const { data: refused } = Refused.safeParse(value);
      const why = refused?.error ?? (value === undefined ? text : describeIssues(read.error));
      throw new PharosError("unavailable", `${url} answered ${status}: ${why.slice(0, 500)}`);
    }
    return read.data.data.result.map(({ metric, value: one, values }) => ({
      labels: metric,
      points: (values ?? (one === undefined ? [] : [one])).flatMap(([seconds, number]) => {
        const [atMs, count] = [Math.round(seconds * 1000), Number(number)];
        // What is no number of anything, as a share of nothing is, was not counted, and neither was what nobody could count.
        return Math.abs(count) <= Number.MAX_SAFE_INTEGER ? [[atMs, count] as const] : [];
      }),
    }));
  }
}
