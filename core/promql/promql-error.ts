/** As Prometheus' API names them in `errorType`. */
export type PromqlErrorType = "bad_data" | "execution" | "timeout" | "canceled";

/** What is wrong with a query, in Prometheus' words. */
export class PromqlError extends Error {
  readonly type: PromqlErrorType;

  constructor(type: PromqlErrorType, message: string) {
    super(message);
    this.name = "PromqlError";
    this.type = type;
  }
}

/** A fault of the text, with line and column of `at`. */
export function parseError(text: string, at: number, message: string): PromqlError {
  const before = text.slice(0, at).split("\n");
  return new PromqlError("bad_data", `${before.length}:${(before.at(-1)?.length ?? 0) + 1}: parse error: ${message}`);
}

/** A query that would hold more values than it may. */
export class TooManySamples extends PromqlError {
  constructor() {
    super("execution", "query processing would load too many samples into memory in query execution");
  }
}
