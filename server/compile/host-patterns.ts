import { isWildcard } from "#core/host/host.ts";

/** The patterns that cover a host (`hostMatches`), each asked for by name: however many there are, this costs the host's length. */
function* endingsOf(host: string): Generator<string> {
  if (isWildcard(host)) yield host;
  for (let at = isWildcard(host) ? 2 : 1; at <= host.length; at++) yield `*${host.slice(at)}`;
}

/** The patterns that cover a host and have something entered under them, the longest first. */
export function patternsFor(byPattern: ReadonlyMap<string, ReadonlySet<string>>, host: string): string[] {
  if (byPattern.size === 0) return [];
  return [...endingsOf(host)].filter((pattern) => byPattern.has(pattern));
}

/** All that is entered under patterns that cover a host. */
export function refsFor(byPattern: ReadonlyMap<string, ReadonlySet<string>>, host: string): string[] {
  return patternsFor(byPattern, host).flatMap((pattern) => [...(byPattern.get(pattern) ?? [])]);
}
