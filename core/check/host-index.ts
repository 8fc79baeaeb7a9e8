import { expandHost, hostMatches, isWildcard } from "#core/host/host.ts";
import type { Service, ServiceDeclaration } from "#core/model/service.ts";
import { groupByHost, resolveService, selects, servicesByHost } from "#core/resolve/service.ts";
import type { Labels } from "#core/resource/labels.ts";
import { closestName } from "#core/schema/closest-name.ts";

/** Comparing a name with each of many more would cost more than the suggestion is worth. */
const SUGGEST_AMONG_MAX = 2000;

export interface HostIndex {
  /** `reviews` in namespace default → `reviews.default.svc.cluster.local`; a name with dots stays itself. */
  resolve(host: string, namespace: string): string;
  /** The service behind a whole name as a namespace sees it, wildcard hosts included. */
  find(name: string, fromNamespace: string): Service | undefined;
  /** Whether something declares a whole name, or a wildcard over it, whoever sees it. */
  has(name: string): boolean;
  /** What declares services whose selector matches these labels in their namespace. */
  selecting(namespace: string, labels: Labels): readonly ServiceDeclaration[];
  /** Each with its whole name, that a host or a pattern (`*`, `*.example.com`) covers. */
  covered(pattern: string): readonly { readonly name: string; readonly service: Service }[];
  /** A host that was most likely meant. */
  suggest(name: string): string | undefined;
  /** True when any known host lies under `*.suffix`. */
  hasUnder(suffix: string): boolean;
}

export function createHostIndex(declarations: readonly ServiceDeclaration[], domainSuffix: string): HostIndex {
  const exact = new Map<string, Service>();
  /** By what follows the asterisk. */
  const wildcards = new Map<string, Service>();
  const declaring = groupByHost(declarations);
  /** What known names end with, built when it is first asked for. */
  let endings: Set<string> | undefined;
  const resolve = (host: string, namespace: string) => expandHost(host, namespace, domainSuffix);
  /** By `namespace|key=value`, built when it is first asked for. */
  let bySelector: Map<string, ServiceDeclaration[]> | undefined;
  for (const [host, service] of servicesByHost(declarations)) {
    if (isWildcard(host)) wildcards.set(host.slice(1), service);
    else exact.set(resolve(host, service.namespace), service);
    // A short name is callable as it is written, too.
    if (!host.includes(".")) exact.set(host, service);
  }
  return {
    resolve,
    find: (name, fromNamespace) => {
      const known = exact.get(name) ?? underEnding(name, wildcards);
      return known && resolveService(known.host, declaring.get(known.host) ?? [], fromNamespace);
    },
    has: (name) => exact.has(name) || underEnding(name, wildcards) !== undefined,
    selecting: (namespace, labels) => {
      bySelector ??= indexSelectors(declarations);
      const found = Object.entries(labels).flatMap(
        ([key, value]) => bySelector?.get(`${namespace}|${key}=${value}`) ?? [],
      );
      return [...new Set(found)].filter((declaration) => selects(declaration, labels));
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

function indexSelectors(declarations: readonly ServiceDeclaration[]): Map<string, ServiceDeclaration[]> {
  const index = new Map<string, ServiceDeclaration[]>();
  for (const declaration of declarations) {
    const [first] = Object.entries(declaration.selector ?? {});
    if (first === undefined) continue;
    const key = `${declaration.namespace}|${first[0]}=${first[1]}`;
    const known = index.get(key);
    if (known === undefined) index.set(key, [declaration]);
    else known.push(declaration);
  }
  return index;
}

/** All that a name ends with, itself first. */
function endingsOf(name: string): string[] {
  return Array.from({ length: name.length + 1 }, (_, at) => name.slice(at));
}

/** Whether one of these hosts covers a name that is none with an asterisk, as `hostMatches` says of each: a look-up for each ending of it. */
export function coverOf(hosts: readonly string[]): (name: string) => boolean {
  const exact = new Set(hosts);
  const wildcards = new Map(hosts.filter(isWildcard).map((host) => [host.slice(1), true]));
  // An asterisk stands for something, but where it is all.
  return (name) => exact.has(name) || underEnding(name.slice(1), wildcards) !== undefined;
}

/** What is kept under the longest ending of a name: a look-up for each, however much is kept. */
function underEnding<T>(name: string, byEnding: ReadonlyMap<string, T>): T | undefined {
  if (byEnding.size === 0) return undefined;
  for (const ending of endingsOf(name)) {
    const found = byEnding.get(ending);
    if (found !== undefined) return found;
  }
  return undefined;
}
