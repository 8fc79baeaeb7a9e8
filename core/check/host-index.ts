import { expandHost, hostMatches, isWildcard } from "#core/host/host.ts";
import type { ServicePort } from "#core/kinds/service-entry/schema.ts";
import { entriesByHost } from "#core/resolve/service-entries.ts";
import { type Labels, matchesLabels } from "#core/resource/labels.ts";
import type { Resource } from "#core/resource/resource.ts";
import { closestName } from "#core/schema/closest-name.ts";

/** Comparing a name with each of many more would cost more than the suggestion is worth. */
const SUGGEST_AMONG_MAX = 2000;

/** A service as checks see it, with the ports and endpoints of every entry that adds to it. */
export interface KnownService {
  readonly namespace: string;
  readonly ports: readonly ServicePort[];
  /** Of its workloads, in its namespace; undefined where it selects none. */
  readonly selector: Labels | undefined;
  /** Of each endpoint that is written down. */
  readonly endpointLabels: readonly Labels[];
}

export interface HostIndex {
  /** `reviews` in namespace default → `reviews.default.svc.cluster.local`; a name with dots stays itself. */
  resolve(host: string, namespace: string): string;
  /** The service behind a whole name, wildcard hosts included. */
  find(name: string): KnownService | undefined;
  /** Those whose selector matches these labels in their namespace, entry by entry. */
  selecting(namespace: string, labels: Labels): readonly KnownService[];
  /** Each with its whole name, that a host or a pattern (`*`, `*.example.com`) covers. */
  covered(pattern: string): readonly { readonly name: string; readonly service: KnownService }[];
  /** A host that was most likely meant. */
  suggest(name: string): string | undefined;
  /** True when any known host lies under `*.suffix`. */
  hasUnder(suffix: string): boolean;
}

export function createHostIndex(entries: readonly Resource<"ServiceEntry">[], domainSuffix: string): HostIndex {
  const exact = new Map<string, KnownService>();
  /** By what follows the asterisk. */
  const wildcards = new Map<string, KnownService>();
  /** What known names end with, built when it is first asked for. */
  let endings: Set<string> | undefined;
  const resolve = (host: string, namespace: string) => expandHost(host, namespace, domainSuffix);
  /** By `namespace|key=value`, built when it is first asked for. */
  let bySelector: Map<string, KnownService[]> | undefined;
  for (const [host, entry] of entriesByHost(entries)) {
    const service = toService(entry);
    if (isWildcard(host)) wildcards.set(host.slice(1), service);
    else exact.set(resolve(host, service.namespace), service);
    // A short name is callable as it is written, too.
    if (!host.includes(".")) exact.set(host, service);
  }
  return {
    resolve,
    find: (name) => exact.get(name) ?? underEnding(name, wildcards),
    selecting: (namespace, labels) => {
      bySelector ??= indexSelectors(entries);
      const found = Object.entries(labels).flatMap(
        ([key, value]) => bySelector?.get(`${namespace}|${key}=${value}`) ?? [],
      );
      return [...new Set(found)].filter(({ selector }) => matchesLabels(labels, selector));
    },
    covered: (pattern) => {
      const whole = isWildcard(pattern) ? [...exact.keys()].filter((name) => hostMatches(pattern, name)) : [pattern];
      return whole.flatMap((name) => {
        const service = exact.get(name);
        return service === undefined ? [] : [{ name, service }];
      });
    },
    suggest: (name) => (exact.size > SUGGEST_AMONG_MAX ? undefined : closestName(name, exact.keys())),
    hasUnder: (suffix) => {
      endings ??= new Set([...exact.keys(), ...wildcards.keys()].flatMap(endingsOf));
      return endings.has(suffix);
    },
  };
}

function toService({ metadata, spec }: Resource<"ServiceEntry">): KnownService {
  return {
    namespace: metadata.namespace,
    ports: spec.ports ?? [],
    selector: spec.workloadSelector?.labels,
    endpointLabels: (spec.endpoints ?? []).map(({ labels = {} }) => labels),
  };
}

function indexSelectors(entries: readonly Resource<"ServiceEntry">[]): Map<string, KnownService[]> {
  const index = new Map<string, KnownService[]>();
  for (const service of entries.map(toService)) {
    const [first] = Object.entries(service.selector ?? {});
    if (first === undefined) continue;
    const key = `${service.namespace}|${first[0]}=${first[1]}`;
    const known = index.get(key);
    if (known === undefined) index.set(key, [service]);
    else known.push(service);
  }
  return index;
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
