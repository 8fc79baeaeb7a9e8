import type { CallResult } from "#core/simulate/call.ts";
import type { Forwarded } from "#core/simulate/decision.ts";
import { Headers } from "#core/simulate/headers.ts";
import { replyAs } from "#core/simulate/local-reply.ts";
import { applyHeaderOperations } from "#core/simulate/read/header-operations.ts";
import type { Step, Trace } from "#core/simulate/step.ts";

/** The steps at one proxy. */
export class Notes implements Trace {
  readonly steps: Step[] = [];
  add(step: Step): void {
    this.steps.push(step);
  }
}

export const NO_HEADERS: Headers = new Headers();
export const NOTHING: Omit<CallResult, "by" | "hops"> = {
  status: undefined,
  flags: "",
  details: "",
  cluster: undefined,
  endpoints: [],
  security: undefined,
  request: undefined,
  response: NO_HEADERS,
  delayMs: 0,
};

/** The caller's proxy answers for an upstream that it does not reach. */
export function unavailable(forwarded: Forwarded, flags: string): Pick<CallResult, "status" | "response"> {
  const response: Headers = new Headers();
  const body = flags === "UH" ? "no healthy upstream" : "upstream connect error or disconnect/reset before headers";
  const status = replyAs(forwarded.exchange.headers, 503, response, body);
  return { status, response: finish(forwarded, response) };
}

/** What the route does to an answer on its way back. */
export function finish({ response, cors, exchange }: Forwarded, headers: Headers): Headers {
  for (const operations of response) applyHeaderOperations(operations, headers, exchange.headers);
  for (const [name, value] of cors ?? []) headers.set(name, value);
  return headers;
}
