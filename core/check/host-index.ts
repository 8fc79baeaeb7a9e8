import { closestName } from "#core/resource/closest-name.ts";
import type { Resource } from "#core/resource/resource.ts";

/** Comparing a name with each of many more would cost more than the suggestion is worth. */
const SUGGEST_AMONG_MAX = 2000;

export interface HostIndex {
  /** `reviews` in namespace default → `reviews.default.svc.cluster.local`; a name with dots stays itself. */
  resolve(host: string, namespace: string): string;
  /** The ServiceEntry behind a whole name, wildcard hosts included. */
  find(name: string): Resource<"ServiceEntry"> | undefined;
  /** A host that was most likely meant. */
  suggest(name: string): string | undefined;
  /** True when any known host lies under `*.suffix`. */
  hasUnder(suffix: string): boolean;
}

export function createHostIndex(entries: readonly Resource<"ServiceEntry">[], domainSuffix: string): HostIndex {
  const exact = new Map<string, Resource<"ServiceEntry">>();
  /** By what follows the asterisk; of several entries the first. */
  const wildcards = new Map<string, Resource<"ServiceEntry">>();
  /** What known names end with, built when it is first asked for. */
  let endings: Set<string> | undefined;
  const resolve = (host: string, namespace: string) =>
    host.includes(".") || host.startsWith("*") ? host : `${host}.${namespace}.svc.${domainSuffix}`;
  for (const entry of entries) {
    for (const host of entry.spec.hosts) {
      if (host.startsWith("*")) {
        if (!wildcards.has(host.slice(1))) wildcards.set(host.slice(1), entry);
      } else exact.set(resolve(host, entry.metadata.namespace), entry);
      // A short name is callable as it is written, too.
      if (!host.includes(".")) exact.set(host, entry);
    }
  }
  return {
    resolve,
    find: (name) => exact.get(name) ?? underEnding(name, wildcards),
    suggest: (name) => (exact.size > SUGGEST_AMONG_MAX ? undefined : closestName(name, exact.keys())),
    hasUnder: (suffix) => {
      endings ??= new Set([...exact.keys(), ...wildcards.keys()].flatMap(endingsOf));
      return endings.has(suffix);
    },
  };
}

/** All that a name ends with, itself first. */
function endingsOf(name: string): string[] {
  return Array.from({ length: name.length + 1 }, (_, at) => name.slice(at));
}

/** What is kept under the longest ending of a name: a look-up for each, however much is kept. */
export function underEnding<T>(name: string, byEnding: ReadonlyMap<string, T>): T | undefined {
  if (byEnding.size === 0) return undefined;
  for (const ending of endingsOf(name)) {
    const found = byEnding.get(ending);
    if (found !== undefined) return found;
  }
  return undefined;
}
