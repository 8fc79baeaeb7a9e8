import type { AccessLogField } from "#core/telemetry/access-log.ts";

/** One line of the access log as Envoy wrote it: values are strings or numbers, null where Envoy had none. */
export type AccessEntry = { readonly [F in Exclude<AccessLogField, "dir">]?: unknown } & {
  readonly dir: "outbound" | "inbound" | "gateway";
};

/** Reads one line. Undefined when it is not a whole line of our log: half-written, or somebody else's. */
export function parseAccessEntry(line: string): AccessEntry | undefined {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof entry !== "object" || entry === null || !("dir" in entry) || !("t" in entry)) return undefined;
  const { dir } = entry;
  return dir === "outbound" || dir === "inbound" || dir === "gateway" ? (entry as AccessEntry) : undefined;
}

/** Envoy writes null, "-" or nothing for what it does not have. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? (value === "-" ? "" : value) : typeof value === "number" ? String(value) : "";
}

export function numberOf(value: unknown): number {
  const number = typeof value === "number" ? value : typeof value === "string" ? Number(value) : 0;
  return Number.isFinite(number) ? number : 0;
}

/** A count: whole, not negative, and no more than a sum can take. */
export function wholeOf(value: unknown, max = 2 ** 52): number {
  return Math.min(max, Math.max(0, Math.trunc(numberOf(value))));
}

/** As a tracer says it, or else of what the request went on with: that may be a caller's, who writes there what he likes. */
export function traceIdOf({ ti, tp }: Pick<AccessEntry, "ti" | "tp">): string {
  return textOf(ti) || (/^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-/.exec(textOf(tp))?.[1] ?? "");
}

/** Why Envoy traces a request, as its tracers write it into the request's id: by chance, by a header of a service's, or of a client's. */
const TRACED_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[9ab][0-9a-f]{3}-/;

/** Whether spans of it are kept, as far as its line says so: a tracer has an id for each request, whether it is traced or not. */
export function isTraced({ ti, tp, ri }: Pick<AccessEntry, "ti" | "tp" | "ri">): boolean {
  const flags = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-([0-9a-f]{2})$/.exec(textOf(tp))?.[1];
  if (flags !== undefined) return (Number.parseInt(flags, 16) & 1) === 1;
  return textOf(ti) !== "" && TRACED_ID.test(textOf(ri));
}
