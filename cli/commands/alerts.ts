import type { Command } from "commander";
import { type CommonOptions, withClient, withServer } from "#cli/commands/command.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { type Column, print } from "#cli/output/output.ts";
import type { AlertView } from "#core/view/alert.ts";

interface Options extends CommonOptions {
  readonly history?: boolean;
}

const HISTORY_SECONDS = 7 * 86_400;

const COLUMNS: readonly Column<AlertView>[] = [
  { title: "alert", value: ({ name }) => name },
  {
    title: "state",
    value: ({ state, silencedBy, isInhibited }) =>
      `${state}${silencedBy.length > 0 ? ", silenced" : isInhibited ? ", inhibited" : ""}`,
  },
  { title: "severity", value: ({ labels }) => labels.severity ?? null },
  { title: "since", value: ({ firedAt, activeAt }) => firedAt ?? activeAt },
  { title: "until", value: ({ resolvedAt }) => resolvedAt },
  { title: "value", value: ({ value }) => (value === null ? null : Number(value.toPrecision(4))) },
  {
    title: "what",
    value: ({ annotations, labels }) =>
      annotations.summary ??
      Object.entries(labels)
        .filter(([name]) => name !== "alertname" && name !== "severity")
        .map(([name, text]) => `${name}=${text}`)
        .join(","),
  },
];

/** `pharos alerts`: what fires, and what did. */
export function addAlerts(program: Command): void {
  withServer(program.command("alerts"))
    .description("alerts that fire or are pending; with --history those that are over")
    .option("--history", "those of the last seven days that are over")
    .action((options: Options) =>
      withClient(options, async (api) => {
        const isHistory = options.history === true;
        const all = isHistory
          ? await api.alerts.history.query({ seconds: HISTORY_SECONDS })
          : await api.alerts.list.query();
        print(options.output, all, all, COLUMNS, isHistory ? "none was over in seven days" : "no alert");
        return EXIT.ok;
      }),
    );
}
