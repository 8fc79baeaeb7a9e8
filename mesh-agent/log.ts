type Level = "info" | "warn" | "error";

/** Writes one event, with what it concerns. */
export type Log = (level: Level, message: string, fields?: Readonly<Record<string, string | number | boolean>>) => void;

/** One line an event: time, level, message, `key=value`. */
export function createLog(write: (line: string) => void = (line) => void process.stdout.write(line)): Log {
  return (level, message, fields = {}) => {
    const rest = Object.entries(fields).map(
      ([key, value]) => ` ${key}=${typeof value === "string" ? JSON.stringify(value) : value}`,
    );
    write(`${new Date().toISOString()} ${level.padEnd(5)} ${message.replaceAll("\n", "\\n")}${rest.join("")}\n`);
  };
}
