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
  const wildcards: { readonly suffix: string; readonly entry: Resource<"ServiceEntry"> }[] = [];
  const resolve = (host: string, namespace: string) =>
    host.includes(".") || host.startsWith("*") ? host : `${host}.${namespace}.svc.${domainSuffix}`;
  for (const entry of entries) {
    for (const host of entry.spec.hosts) {
      if (host.startsWith("*")) wildcards.push({ suffix: host.slice(1), entry });
      else exact.set(resolve(host, entry.metadata.namespace), entry);
      // A short name is callable as it is written, too.
      if (!host.includes(".")) exact.set(host, entry);
    }
  }
  return {
    resolve,
    find: (name) => exact.get(name) ?? wildcards.find(({ suffix }) => name.endsWith(suffix))?.entry,
    suggest: (name) => (exact.size > SUGGEST_AMONG_MAX ? undefined : closestName(name, exact.keys())),
    hasUnder: (suffix) =>
      [...exact.keys()].some((name) => name.endsWith(suffix)) ||
      wildcards.some((wildcard) => wildcard.suffix.endsWith(suffix)),
  };
}
