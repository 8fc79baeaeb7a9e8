import { type AccessEntry, numberOf, textOf } from "#core/telemetry/access-entry.ts";

/** How a caller's own proxy turned a request down, so that it never left: what is said of it, to come before "by the caller's own proxy". */
const WORDS = {
  block_all: "blocked",
  "no-route": "no route",
  "direct-response": "answered directly",
} as const;
type Cause = keyof typeof WORDS;

/** Name of the route that ends what no service answers for (see server/envoy/routes/last-virtual-host.ts). */
const BLOCK_ALL = "block_all";
const MARK = /^own\[([a-z_-]+)\]$/;
const TAIL = " by the caller's own proxy";

/**
 * What keys a request that its caller's own sidecar turned down, where others have the policy that denied: `own[CAUSE]`. Empty for lines of
 * other kinds. Envoy has no flag for a direct response: its details alone tell that nobody was asked.
 */
export function parseOwnAnswer(entry: AccessEntry): string {
  if (entry.dir !== "outbound" || numberOf(entry.c) < 400) return "";
  const details = textOf(entry.cd);
  if (details === "route_not_found") return "own[no-route]";
  if (details !== "direct_response") return "";
  return textOf(entry.rn) === BLOCK_ALL ? "own[block_all]" : "own[direct-response]";
}

export function isOwnAnswer(deniedBy: string): boolean {
  return nameOwnAnswer(deniedBy) !== undefined;
}

/** What a person reads; undefined for denials of other kinds. */
export function nameOwnAnswer(deniedBy: string): string | undefined {
  const cause = MARK.exec(deniedBy)?.[1];
  return cause !== undefined && Object.hasOwn(WORDS, cause) ? `${WORDS[cause as Cause]}${TAIL}` : undefined;
}

/** Several in one: "blocked or no route by the caller's own proxy". */
export function nameOwnAnswers(marks: readonly string[]): string {
  const names = marks.flatMap((mark) => nameOwnAnswer(mark)?.slice(0, -TAIL.length) ?? []).sort();
  return `${names.join(" or ")}${TAIL}`;
}

/** Whether these are the words for such a request. */
export function tellsOwnAnswer(words: string): boolean {
  return words.endsWith(TAIL);
}

/** Of these, whether a route answers directly: then the code is the one that it says. */
export function tellsDirectAnswer(words: string): boolean {
  return words === `${WORDS["direct-response"]}${TAIL}`;
}
