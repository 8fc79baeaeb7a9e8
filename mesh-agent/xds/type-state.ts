import type { CachedResource } from "#mesh-agent/xds/cached-resource.ts";

/** A response that Envoy has and has not answered yet. */
export interface InFlight {
  readonly nonce: string;
  /** The upstream stream it came by; 0: from the cache. */
  readonly epoch: number;
  readonly resources: readonly CachedResource[];
  readonly removed: readonly string[];
  /** It holds part of what was refused together. */
  readonly isPart?: true;
}

/** The subscription of one Envoy stream to one type of resource. */
export interface TypeState {
  readonly type: string;
  isWildcard: boolean;
  readonly names: Set<string>;
  /** Asked for and not answered by anybody yet; "*" for the wildcard. */
  readonly pending: Set<string>;
  /** Name → version that Envoy holds; UNSURE where a refusal leaves that open. */
  readonly held: Map<string, string>;
  readonly inFlight: InFlight[];
  /** The cache holds nothing that Envoy does not. */
  isMirrored: boolean;
}

export const WILDCARD = "*";

/** The version of what Envoy may hold in some version or other, or not at all: never that of anything there is. */
export const UNSURE = "";

export function createTypeState(type: string): TypeState {
  return {
    type,
    isWildcard: false,
    names: new Set(),
    pending: new Set(),
    held: new Map(),
    inFlight: [],
    isMirrored: false,
  };
}

/** Resource names that make Envoy keep its whole subscription on a new upstream stream. */
export function namesToSubscribe({ isWildcard, names }: TypeState): string[] {
  if (!isWildcard) return [...names];
  return names.size === 0 ? [] : [WILDCARD, ...names];
}

/**
 * Subscription changes of one request. An empty first request is a wildcard; "*" asks for one by name. Returns the
 * names that nobody is subscribed to any more.
 */
export function subscribe(
  state: TypeState,
  isFirst: boolean,
  subscribed: readonly string[],
  unsubscribed: readonly string[],
): string[] {
  if (isFirst && subscribed.length === 0) ask(state, WILDCARD);
  for (const name of subscribed) ask(state, name);
  const gone: string[] = [];
  for (const name of unsubscribed) {
    state.pending.delete(name);
    if (name === WILDCARD) state.isWildcard = false;
    else if (state.names.delete(name) && !state.isWildcard) gone.push(name);
  }
  for (const name of gone) state.held.delete(name);
  return gone;
}

function ask(state: TypeState, name: string): void {
  if (name === WILDCARD) state.isWildcard = true;
  else state.names.add(name);
  state.pending.add(name);
}
