import { PharosError } from "#core/errors.ts";

/** A server that has Prometheus' HTTP API. */
export interface PrometheusAddress {
  /** What `/api/v1/query` is put behind. */
  readonly url: string;
  /** Sent with each request; they hold secrets. */
  readonly headers: Readonly<Record<string, string>>;
}

export type SeriesLabels = Readonly<Record<string, string>>;

export interface QueriedSeries {
  readonly labels: SeriesLabels;
  readonly points: readonly (readonly [ms: number, value: number])[];
}

interface Told {
  readonly metric: SeriesLabels;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

const TIMEOUT_MS = 30_000;
/** Of one answer: what is more is asked of too much. */
const BYTES_MAX = 256 * 1024 * 1024;

/** Asks by PromQL. Rejects with "unavailable" where it is not answered, "exhausted" where the answer is too large. */
export class PrometheusClient {
  readonly #address: PrometheusAddress;

  constructor(address: PrometheusAddress) {
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
    const { url, headers } = this.#address;
    let status: number;
    let text: string;
    try {
      const answer = await fetch(`${url}/api/v1/${path}`, {
        method: "POST",
        headers,
        body: new URLSearchParams(params),
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      status = answer.status;
      text = await readText(answer, url);
    } catch (cause) {
      if (cause instanceof PharosError) throw cause;
      throw new PharosError("unavailable", `${url}: ${wordsOf(cause)}`, {
        hint: "is Prometheus running there?",
        cause,
      });
    }
    const told = parse(text);
    if (status === 401 || status === 403)
      throw new PharosError("unavailable", `${url} answered ${status}`, {
        hint: "put what it asks for into the file of --prometheus-headers",
      });
    if (told?.status !== "success")
      throw new PharosError("unavailable", `${url} answered ${status}: ${told?.error ?? text.slice(0, 200)}`);
    return told.data.result.map(({ metric, value, values }) => ({
      labels: metric,
      points: (values ?? (value === undefined ? [] : [value])).map(([seconds, number]) => [
        Math.round(seconds * 1000),
        Number(number),
      ]),
    }));
  }
}

async function readText(answer: Response, url: string): Promise<string> {
  const decoder = new TextDecoder();
  let [text, bytes] = ["", 0];
  for await (const part of answer.body ?? []) {
    bytes += part.length;
    if (bytes > BYTES_MAX)
      throw new PharosError("exhausted", `${url} answered with more than ${BYTES_MAX} bytes`, {
        hint: "ask for a shorter time",
      });
    text += decoder.decode(part, { stream: true });
  }
  return text + decoder.decode();
}

interface Answered {
  readonly status: string;
  readonly error?: string;
  readonly data: { readonly result: readonly Told[] };
}

function parse(text: string): Answered | undefined {
  try {
    return JSON.parse(text) as Answered;
  } catch {
    return undefined;
  }
}

function wordsOf(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  return inner instanceof Error ? inner.message : String(inner);
}
