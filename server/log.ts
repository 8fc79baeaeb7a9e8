import { inspect } from "node:util";
import { Secret } from "#core/secret.ts";

export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

const COLOUR = { info: 36, warn: 33, error: 31 } as const;

function plain(value: unknown): unknown {
  if (value instanceof Secret) return String(value);
  return value instanceof Error ? (value.stack ?? value.message) : value;
}

/** One line an event: JSON for machines, words for a terminal. A Secret prints as `[redacted]` wherever it stands. */
export function createLogger(out: NodeJS.WritableStream & { isTTY?: boolean } = process.stdout): Logger {
  const write = (level: keyof typeof COLOUR, message: string, fields: LogFields = {}): void => {
    const at = new Date().toISOString();
    const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
    if (out.isTTY) {
      const rest = entries
        .map(
          ([key, value]) => `${key}=${typeof value === "string" ? value : inspect(value, { breakLength: Infinity })}`,
        )
        .join(" ");
      out.write(`${at} \u001b[${COLOUR[level]}m${level}\u001b[0m ${message}${rest === "" ? "" : ` ${rest}`}\n`);
    } else
      out.write(
        `${JSON.stringify({ at, level, message, ...Object.fromEntries(entries.map(([key, value]) => [key, plain(value)])) })}\n`,
      );
  };
  return {
    info: (message, fields) => write("info", message, fields),
    warn: (message, fields) => write("warn", message, fields),
    error: (message, fields) => write("error", message, fields),
  };
}
