/** What a response flag of Envoy's says of who ended a request, and which field of its route decides it. */
export interface FlagCause {
  readonly title: string;
  readonly text: string;
  /** Below the route's rule. */
  readonly field?: string;
}

/** Flags that stand beside a denial and say the same. */
export const DENIAL_REASON_FLAGS: ReadonlySet<string> = new Set(["UAEX", "RL"]);

/** Of Envoy 1.40's access-log documentation. */
export const FLAG_CAUSES: Readonly<Record<string, FlagCause>> = {
  NR: { title: "no route", text: "no route of the proxy matches the request's host and path" },
  NC: {
    title: "no such cluster",
    text: "the route names a host, port or subset that the proxy has no endpoints for",
    field: "route",
  },
  UH: {
    title: "no healthy upstream",
    text: "the service has no endpoint that takes requests: none runs, or all were ejected",
    field: "route",
  },
  UF: { title: "connection failed", text: "the connection to the endpoint could not be made" },
  UO: {
    title: "circuit breaker open",
    text: "more requests or connections than the DestinationRule's connectionPool allows",
  },
  URX: { title: "retries used up", text: "each try failed, and there are no more", field: "retries.attempts" },
  UT: { title: "timeout", text: "no answer came in time; the caller's proxy gave up", field: "timeout" },
  UC: {
    title: "the called end closed the connection",
    text: "the endpoint's side ended the connection before its answer was whole",
  },
  UR: { title: "the called end reset the request", text: "the endpoint's side reset the stream" },
  LR: { title: "reset by this proxy", text: "the proxy that tells of it reset the stream" },
  DC: { title: "the caller hung up", text: "the caller's side ended the connection before the answer was whole" },
  DR: { title: "the caller reset the request", text: "the caller's side reset the stream" },
  DI: { title: "delayed by a fault", text: "the route has a fault that delays requests", field: "fault.delay" },
  FI: { title: "aborted by a fault", text: "the route has a fault that aborts requests", field: "fault.abort" },
  RL: { title: "rate limited", text: "a limit was reached" },
  RLSE: { title: "the rate limiter failed", text: "nobody could be asked whether a limit was reached" },
  UAEX: {
    title: "refused by an external authorizer",
    text: "the authorizer that a policy names said no, or could not be asked",
  },
  IH: { title: "invalid header", text: "a header had a value that is not allowed" },
  SI: { title: "idle too long", text: "nothing was sent for as long as a stream may be idle" },
  DT: { title: "took too long", text: "the request or its connection lasted longer than it may" },
  UMSDR: { title: "took too long", text: "the stream lasted longer than it may" },
  DPE: { title: "malformed request", text: "the caller sent what is no HTTP" },
  UPE: { title: "malformed answer", text: "the endpoint answered with what is no HTTP" },
  OM: { title: "overload", text: "the proxy's overload manager refused it" },
  DO: { title: "overload", text: "the endpoint's cluster drops a share of requests" },
  DF: { title: "name not resolved", text: "the host's name could not be resolved" },
  LH: { title: "failed its health check", text: "the service failed the proxy's health check" },
};
