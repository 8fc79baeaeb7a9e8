import type { GuardingRule } from "#core/resolve/guarding-policy.ts";
import type { LimitingRule } from "#core/resolve/rate-limits.ts";
import type { LIMIT_ENTRIES } from "#core/xds/limits-metadata.ts";

export interface LimitedAttributes {
  /** In lower case, in order. */
  readonly headers: readonly string[];
  readonly entries: readonly (keyof typeof LIMIT_ENTRIES)[];
}

const ALWAYS = [":authority", ":method", ":path"];
const HEADER = /^request\.headers\[(.+)\]$/;

/** All of a request that rules ask for: what they are told of it, and no more. */
export function limitedAttributes(rules: readonly LimitingRule[]): LimitedAttributes {
  const headers = new Set(ALWAYS);
  const entries = new Set<keyof typeof LIMIT_ENTRIES>();
  const add = (attribute: string): void => {
    const header = HEADER.exec(attribute)?.[1];
    if (header !== undefined) headers.add(header.toLowerCase());
    else if (attribute.startsWith("request.auth.")) entries.add("claims");
    else if (attribute === "source.ip") entries.add("remote");
    else if (attribute === "remote.ip") for (const each of ["remote", "client", "peer"] as const) entries.add(each);
    else if (attribute === "destination.ip") entries.add("local");
    else if (attribute === "connection.sni") entries.add("serverName");
    else if (attribute.startsWith("source.")) entries.add("peer");
  };
  for (const { key, cost, match = [], exempt = [], within = [], without = [], reserves } of rules) {
    for (const { attribute } of key) add(attribute);
    if (cost.requestHeader !== undefined) headers.add(cost.requestHeader);
    for (const rule of [...match, ...exempt, ...within, ...without, ...reserves.flatMap((each) => each.match ?? [])])
      for (const attribute of attributesOf(rule)) add(attribute);
  }
  return { headers: [...headers].sort(), entries: [...entries].sort() };
}

/** In the words of conditions. */
function attributesOf({ from = [], when = [] }: GuardingRule): string[] {
  return [
    ...from.flatMap(({ source = {} }) =>
      Object.keys(source).map((name) => {
        if (/request/i.test(name)) return "request.auth.principal";
        if (/remoteIp/i.test(name)) return "remote.ip";
        return /ip/i.test(name) && !/principal/i.test(name) ? "source.ip" : "source.principal";
      }),
    ),
    ...when.map(({ key }) => key),
  ];
}
