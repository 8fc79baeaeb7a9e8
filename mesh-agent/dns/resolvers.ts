import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";

const RESOLV_CONF = "/etc/resolv.conf";
/** As the C library: more are not asked. */
const RESOLVERS_MAX = 3;

/** Name servers of resolv.conf (resolv.conf(5)); the host itself where none is named. */
export function parseResolvers(text: string): readonly string[] {
  const named = text.split("\n").flatMap((line) => {
    const [keyword, address = ""] = line.trim().split(/\s+/);
    return keyword === "nameserver" && isIP(address.replace(/%.*$/, "")) !== 0 ? [address] : [];
  });
  return named.length === 0 ? ["127.0.0.1"] : [...new Set(named)].slice(0, RESOLVERS_MAX);
}

/** The host's, as they stand now. */
export function readResolvers(file: string = RESOLV_CONF): readonly string[] {
  try {
    return parseResolvers(readFileSync(file, "utf8"));
  } catch {
    return parseResolvers("");
  }
}

const FRESH_MS = 1000;

/** The host's, as they stood a second ago at most: every query asks. `now` in milliseconds of whatever clock. */
export function followResolvers(now: () => number, read = readResolvers): () => readonly string[] {
  let [known, readAt]: [readonly string[], number] = [[], Number.NEGATIVE_INFINITY];
  return () => {
    if (now() - readAt >= FRESH_MS) [known, readAt] = [read(), now()];
    return known;
  };
}

/**
 * Of the host's resolvers those whose queries are to come to the agent. Where one is the host's own, such as dnsmasq, only those that
 * are: the others may be whom it asks itself, and what the agent asks it would come back to the agent.
 */
export function resolversToCapture(
  resolvers: readonly string[],
  own: ReadonlySet<string> = ownAddresses(),
): readonly string[] {
  const local = resolvers.filter((each) => {
    const address = each.replace(/%.*$/, "");
    return address.startsWith("127.") || address === "::1" || own.has(address);
  });
  return local.length === 0 ? resolvers : local;
}

function ownAddresses(): ReadonlySet<string> {
  return new Set(Object.values(networkInterfaces()).flatMap((each = []) => each.map(({ address }) => address)));
}
