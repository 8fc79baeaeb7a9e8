/** Envoy's response flags in words; from its access-log documentation, 1.40. */
const MEANING: Readonly<Record<string, string>> = {
  UH: "no healthy upstream host",
  UF: "connection to the upstream failed",
  UO: "circuit breaker open",
  NR: "no route",
  URX: "retries used up",
  NC: "no such cluster",
  DT: "request or connection took too long",
  DC: "the client hung up",
  LH: "local health check failed",
  UT: "the upstream took too long",
  LR: "connection reset here",
  UR: "the upstream reset the connection",
  UC: "the upstream ended the connection",
  DI: "delayed by fault injection",
  FI: "aborted by fault injection",
  RL: "rate limited",
  UAEX: "refused by external authorization",
  RLSE: "rate limit service failed",
  IH: "invalid header",
  SI: "stream idle too long",
  DPE: "malformed request",
  UPE: "malformed answer from the upstream",
  UMSDR: "the upstream took longer than the stream may",
  OM: "overload manager",
  DF: "name could not be resolved",
};

/** What a comma-separated list of flags means; unknown ones stay as they are, none is nothing. */
export function explainFlags(flags: string): string {
  return flags
    .split(",")
    .filter((flag) => flag !== "" && flag !== "-")
    .map((flag) => (MEANING[flag] === undefined ? flag : `${MEANING[flag]} (${flag})`))
    .join(", ");
}
