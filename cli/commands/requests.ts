import type { Command } from "commander";
import { Option } from "commander";
import { type CommonOptions, withClient, withServer } from "#cli/commands/command.ts";
import { tailRequests } from "#cli/commands/tail-requests.ts";
import { durationFlagMs } from "#cli/duration.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { UsageError } from "#cli/failure.ts";
import { print } from "#cli/output/output.ts";
import { REQUEST_FIELDS, REQUEST_SORTS, type RequestSort } from "#core/telemetry/request-fields.ts";
import { parseRequestFilter } from "#core/telemetry/request-filter.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import { requestsCsv } from "#core/telemetry/requests-csv.ts";
import { TAP_SECONDS } from "#core/telemetry/tap.ts";
import type { DifferencesView, RequestCauseView, ShapesView } from "#core/view/requests.ts";

interface Ranged extends CommonOptions {
  readonly window: string;
}
interface ListOptions extends Ranged {
  readonly sort: RequestSort;
  readonly ascending?: boolean;
  readonly limit: string;
  readonly csv?: boolean;
}
interface TailFlags extends CommonOptions {
  readonly headers?: boolean;
  readonly for: string;
  readonly limit?: string;
}

/** `pharos requests`: requests that were kept, found by the words of the console's page. */
export function addRequests(program: Command): void {
  const requests = program
    .command("requests")
    .description("requests one by one: find them, and tell why each ended as it did");
  ranged(requests.command("list [filter...]"))
    .description("requests that match: code:5xx caller:web duration:>250 -path:/healthz …")
    .addOption(new Option("--sort <column>", "by what").choices([...REQUEST_SORTS]).default("start"))
    .option("--ascending", "the least first")
    .option("--limit <n>", "at most so many", "50")
    .option("--csv", "as CSV")
    .action((words: string[], options: ListOptions) =>
      withClient(options, async (api) => {
        const { rows } = await api.requests.search.query({
          ...rangeOf(words, options),
          sort: options.sort,
          isAscending: options.ascending === true,
          limit: limitOf(options.limit),
        });
        if (options.csv === true) process.stdout.write(requestsCsv(rows));
        else printRequests(options.output, rows, `no request matches in the last ${options.window}`);
        return EXIT.ok;
      }),
    );
  withServer(requests.command("tail [filter...]"))
    .description("requests as they happen, at the proxies that may have such: caller:web code:5xx …")
    .option(
      "--headers",
      "with their headers and trailers; needs the role operator, and secrets are redacted at the proxies",
    )
    .option("--for <duration>", "ends after so long, an hour at most", "10m")
    .option("--limit <n>", "ends after so many")
    .action((words: string[], options: TailFlags) =>
      withClient(options, async (api) => {
        const interrupted = new AbortController();
        for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => interrupted.abort());
        await tailRequests(api, {
          output: options.output,
          filter: filterOf(words),
          seconds: tapSecondsOf(options.for),
          wantsHeaders: options.headers === true,
          limit: options.limit === undefined ? undefined : limitOf(options.limit),
          signal: interrupted.signal,
        });
        return EXIT.ok;
      }),
    );
  withServer(requests.command("why <id>"))
    .description("why a request ended as it did, and which object, field and revision say so")
    .action((id: string, options: CommonOptions) =>
      withClient(options, async (api) => {
        const detail = await api.requests.get.query({ id });
        print<RequestCauseView>(
          options.output,
          detail,
          detail.causes,
          [
            { title: "cause", value: ({ title }) => title },
            { title: "object", value: ({ refs }) => refs.map(({ ref }) => ref).join(", ") || "-" },
            {
              title: "field",
              value: ({ refs }) =>
                refs
                  .map(({ path, line }) => `${path ?? "-"}${line === undefined ? "" : ` (line ${line})`}`)
                  .join(", ") || "-",
            },
            {
              title: "revision",
              value: ({ refs }) =>
                refs
                  .map(({ revision, author }) => (revision === undefined ? "-" : `${revision} of ${author}`))
                  .join(", ") || "-",
            },
            { title: "why", value: ({ text }) => text },
          ],
          "the application answered it, and no proxy changed that",
        );
        return EXIT.ok;
      }),
    );
  ranged(requests.command("differs <filter...>"))
    .description("which values the requests that match have more often than the rest")
    .action((words: string[], options: Ranged) =>
      withClient(options, async (api) => {
        const view = await api.requests.differs.query(rangeOf(words, options));
        const { selected, rest, rowsMin } = view;
        const few = selected < rowsMin || rest < rowsMin;
        print<DifferencesView["found"][number]>(
          options.output,
          view,
          view.found,
          [
            { title: "field", value: ({ field }) => REQUEST_FIELDS[field].label },
            { title: "value", value: ({ value }) => value || "none" },
            {
              title: "of the found",
              value: ({ selectedShare, selectedRows }) => `${(selectedShare * 100).toFixed(1)} % (${selectedRows})`,
            },
            {
              title: "of the rest",
              value: ({ restShare, restRows }) => `${(restShare * 100).toFixed(1)} % (${restRows})`,
            },
          ],
          few
            ? `${selected} requests match and ${rest} do not: at least ${rowsMin} of both are needed to compare`
            : `nothing that is recorded tells the ${selected} from the ${rest} others`,
        );
        return EXIT.ok;
      }),
    );
  ranged(requests.command("shapes [service]"))
    .description("exact counts by method, path template, code and principal")
    .action((service: string | undefined, options: Ranged) =>
      withClient(options, async (api) => {
        const view = await api.requests.shapes.query({
          seconds: secondsOf(options.window),
          ...(service === undefined ? {} : { service }),
        });
        print<ShapesView["shapes"][number]>(
          options.output,
          view,
          view.shapes,
          [
            { title: "service", value: (shape) => `${shape.service}:${shape.port}` },
            { title: "method", value: ({ method }) => method },
            { title: "path", value: ({ pathTemplate }) => pathTemplate },
            { title: "code", value: ({ responseCode }) => responseCode },
            { title: "told by", value: ({ reporter }) => (reporter === "source" ? "caller" : "called") },
            { title: "principal", value: ({ principal }) => principal },
            { title: "requests", value: ({ count }) => count },
          ],
          `no requests in the last ${options.window}`,
        );
        return EXIT.ok;
      }),
    );
}

function ranged(command: Command): Command {
  return withServer(command).option("--window <duration>", "how far back: 30s, 1m, 1h", "15m");
}

function secondsOf(window: string): number {
  return Math.max(10, Math.round(durationFlagMs(window, "--window") / 1000));
}

function tapSecondsOf(text: string): number {
  const seconds = Math.round(durationFlagMs(text, "--for") / 1000);
  const { min, max } = TAP_SECONDS;
  if (seconds < min || seconds > max) throw new UsageError(`--for: ${text} is not between ${min}s and ${max / 60}m`);
  return seconds;
}

function rangeOf(words: readonly string[], { window }: Ranged) {
  return { filter: filterOf(words), seconds: secondsOf(window) };
}

function filterOf(words: readonly string[]): string {
  const filter = words.map((word) => (/\s/.test(word) && !word.includes('"') ? `"${word}"` : word)).join(" ");
  const { errors } = parseRequestFilter(filter);
  if (errors.length > 0) throw new UsageError(errors.join("\n"));
  return filter;
}

function limitOf(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw new UsageError(`--limit: ${text} is no number from 1 to 1000`);
  return limit;
}

function printRequests(output: CommonOptions["output"], rows: readonly RequestRecord[], none: string): void {
  print<RequestRecord>(
    output,
    rows,
    rows,
    [
      { title: "started", value: ({ startMs }) => new Date(startMs).toISOString().slice(11, 23) },
      { title: "class", value: (row) => row.class },
      {
        title: "code",
        value: ({ responseCode, responseFlags }) =>
          `${responseCode}${responseFlags === "-" ? "" : ` ${responseFlags}`}`,
      },
      { title: "caller", value: ({ sourceWorkload }) => sourceWorkload },
      { title: "service", value: ({ destinationService }) => destinationService.split(".")[0] },
      { title: "request", value: ({ method, path }) => `${method} ${path}` },
      { title: "ms", value: ({ durationMs }) => durationMs },
      { title: "refused by", value: ({ policy }) => policy ?? "-" },
      { title: "id", value: ({ id }) => id },
    ],
    none,
  );
}
