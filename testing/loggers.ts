import type { LogFields, Logger } from "#node/log.ts";

/** A logger that hands over what it is told. */
export function loggerTo(write: (level: keyof Logger, message: string, fields: LogFields) => void): Logger {
  return {
    info: (message, fields = {}) => write("info", message, fields),
    warn: (message, fields = {}) => write("warn", message, fields),
    error: (message, fields = {}) => write("error", message, fields),
  };
}

export const silentLogger: Logger = loggerTo(() => undefined);
