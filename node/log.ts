import { type Level, pino } from "pino";
import { Secret } from "#core/secret.ts";

export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** What log lines are written to. */
export interface LogSink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

const COLOUR: Readonly<Record<string, number>> = { info: 36, warn: 33, error: 31 };

/** Written through the stream, which bears that its reader goes away; a descriptor of its own would not. */
const STDOUT: LogSink = {
  write: (text) => process.stdout.write(text),
  get isTTY() {
    return process.stdout.isTTY;
  },
};

/**
 * One line an event. `json`: `{"level","at","message", …fields}`; `text`: time, level, message, `key=value`, in colours on a
 * terminal. A Secret prints as `[redacted]` wherever it stands.
 */
export function createLogger(format: "json" | "text", sink: LogSink = STDOUT): Logger {
  const write = (line: string): unknown => sink.write(format === "json" ? line : renderText(line, sink.isTTY === true));
  const logger = pino(
    {
      base: null,
      messageKey: "message",
      timestamp: () => `,"at":"${new Date().toISOString()}"`,
      formatters: { level: (level) => ({ level }) },
    },
    { write },
  );
  const log =
    (level: Level) =>
    (message: string, fields: LogFields = {}): void =>
      logger[level](Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, plain(value)])), message);
  return { info: log("info"), warn: log("warn"), error: log("error") };
}

/** The server's: JSON for machines, text where a person watches. */
export function createServerLogger(): Logger {
  return createLogger(process.stdout.isTTY ? "text" : "json");
}

function plain(value: unknown): unknown {
  if (value instanceof Secret) return String(value);
  return value instanceof Error ? (value.stack ?? value.message) : value;
}

function renderText(line: string, isColoured: boolean): string {
  const { at, level, message, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const name = String(level);
  const shown = isColoured ? `\u001b[${COLOUR[name]}m${name}\u001b[0m` : name.padEnd(5);
  const rest = Object.entries(fields).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
  return `${at} ${shown} ${String(message).replaceAll("\n", "\\n")}${rest.join("")}\n`;
}
