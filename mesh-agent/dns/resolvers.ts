import { readFileSync } from "node:fs";
import { isIP } from "node:net";

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
