import type { ApiClient } from "#cli/client/client.ts";
import { type Format, printValue } from "#cli/output/output.ts";
import type { TapNews, TappedRequest } from "#core/telemetry/tap.ts";
import { HEADER_PARTS, type TappedHeaders } from "#core/telemetry/tapped-header.ts";

export interface TailOptions {
  readonly output: Format;
  readonly filter: string;
  readonly seconds: number;
  readonly wantsHeaders: boolean;
  /** Ends after so many requests; undefined: after its time alone. */
  readonly limit: number | undefined;
  readonly signal: AbortSignal;
}

/** Prints requests as they happen, until the time is over, so many were seen, or the signal. */
export async function tailRequests(api: ApiClient, options: TailOptions): Promise<void> {
  const { output, filter, seconds, wantsHeaders, signal } = options;
  // Says what is wrong with the address or the token at once: a stream would try again and again.
  await api.session.me.query();
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  const told = new Telling(output === "table");
  await new Promise<void>((resolve, reject) => {
    const done = (): void => {
      subscription.unsubscribe();
      resolve();
    };
    const handlers = {
      onData: (news: TapNews) => {
        told.hear(news);
        for (const row of news.rows.slice(0, left)) print(output, row);
        left -= news.rows.length;
        if (left <= 0) done();
      },
      onError: (error: unknown) => reject(error as Error),
      onComplete: resolve,
    };
    const input = { filter, seconds };
    const subscription = wantsHeaders
      ? api.requests.tapHeaders.subscribe(input, handlers)
      : api.requests.tap.subscribe(input, handlers);
    if (signal.aborted) done();
    else signal.addEventListener("abort", done, { once: true });
  });
  told.end();
}

/** What there is to say beside requests goes to stderr, once each time it is another. */
class Telling {
  readonly #isHeaded: boolean;
  #said = "";
  #last: TapNews | undefined;

  constructor(isHeaded: boolean) {
    this.#isHeaded = isHeaded;
  }

  hear(news: TapNews): void {
    const { proxies, errors, headerProblems } = news;
    const isFirst = this.#last === undefined;
    this.#last = news;
    const unasked = proxies.meant - proxies.asked;
    const said = [
      `following ${proxies.following} of ${proxies.asked} proxies${unasked === 0 ? "" : `; ${unasked} more are not asked: narrow the filter`}`,
      ...errors.map((error) => `not asked for: ${error}`),
      ...headerProblems.map(({ problem, proxies: at }) => `no headers of ${at} proxies: ${problem}`),
    ].join("\n");
    if (said !== this.#said) process.stderr.write(`${said}\n`);
    this.#said = said;
    if (isFirst && this.#isHeaded)
      process.stdout.write(`${line(["STARTED", "CODE", "MS", "CALLER", "SERVICE", "BY", "REQUEST"])}\n`);
  }

  end(): void {
    const { overRate = 0, unread = 0 } = this.#last?.leftOut ?? {};
    if (overRate + unread > 0)
      process.stderr.write(
        `left out: ${overRate} beyond the rate that proxies hand over, ${unread} that were not read in time\n`,
      );
  }
}

function print(output: Format, row: TappedRequest): void {
  // Programs read a line each.
  if (output === "json") process.stdout.write(`${JSON.stringify(row)}\n`);
  else if (output === "yaml") {
    process.stdout.write("---\n");
    printValue(output, row);
  } else if (output === "table") printLine(row);
  else printValue(output, row);
}

function printLine(row: TappedRequest): void {
  const {
    startMs,
    responseCode,
    responseFlags,
    durationMs,
    sourceWorkload,
    destinationService,
    reporter,
    method,
    path,
  } = row;
  const code = responseFlags === "-" ? String(responseCode) : `${responseCode} ${responseFlags}`;
  process.stdout.write(
    `${line([
      new Date(startMs).toISOString().slice(11, 23),
      code,
      String(durationMs),
      sourceWorkload,
      destinationService.split(".")[0] ?? "",
      reporter === "source" ? "caller" : "called",
      `${method} ${path}`,
    ])}\n`,
  );
  if (row.headers !== null) process.stdout.write(headerLines(row.headers));
}

const WIDTHS = [12, 8, 6, 22, 18, 6];

/** Of rows that come one by one: what is longer than its column moves the rest. */
function line(cells: readonly string[]): string {
  return cells
    .map((cell, index) => cell.padEnd(WIDTHS[index] ?? 0))
    .join("  ")
    .trimEnd();
}

function headerLines(headers: TappedHeaders): string {
  const parts = (Object.keys(HEADER_PARTS) as (keyof typeof HEADER_PARTS)[]).flatMap((part) => [
    ...(headers[part].length === 0 ? [] : [`    ${HEADER_PARTS[part]}`]),
    ...headers[part].map(({ name, value, isRedacted }) => `      ${name}: ${isRedacted ? "(redacted)" : value}`),
  ]);
  return `${[...parts, ...(headers.leftOut === 0 ? [] : [`    and ${headers.leftOut} more`])].join("\n")}\n`;
}
