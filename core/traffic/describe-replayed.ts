import type { ReplayedLimit } from "#core/traffic/replayed-limit.ts";

/** "RateLimit shop/limit would have refused 2.1 % of 48,211 requests, from 3 callers", and what that stands on. */
export function describeReplayed({
  kind,
  limit,
  requests,
  refused,
  callers,
  rules,
  timed,
  caveats,
}: ReplayedLimit): string[] {
  const from = refused === 0 ? "" : `, from ${callers} caller${callers === 1 ? "" : "s"}`;
  const named = rules.map(({ name, refused: of }) => `${name === "" ? "all others" : name}: ${formatCount(of)}`);
  const by = rules.every(({ name }) => name === "") ? "" : ` (${named.join(", ")})`;
  // What it would have refused is not known where no request was looked at.
  if (requests === 0)
    return [`${kind} ${limit} was held against no recorded request`, ...caveats.map((caveat) => `  ${caveat}`)];
  const share = ((refused / requests) * 100).toFixed(1);
  return [
    `${kind} ${limit} would have refused ${share} % of ${formatCount(requests)} requests${from}${by}`,
    ...(timed >= requests
      ? []
      : [`  when they came is recorded of ${formatCount(timed)} of them: the rest is taken to have come evenly`]),
    ...caveats.map((caveat) => `  ${caveat}`),
  ];
}

const formatCount = (count: number): string => count.toLocaleString("en-US");
