import type { Exchange } from "#core/simulate/exchange.ts";
import type { Headers } from "#core/simulate/headers.ts";

/** Where a provider's tokens may stand, in the order in which Envoy looks. */
export interface TokenPlaces {
  readonly headers: readonly { readonly name: string; readonly prefix: string }[];
  readonly params: readonly string[];
  readonly cookies: readonly string[];
}

export interface FoundToken {
  readonly text: string;
  /** Takes it off the request. */
  readonly remove: () => void;
}

const TOKEN_CHARACTER = /[A-Za-z0-9\-_.]/;

/** All tokens of a request at these places (Envoy's `ExtractorImpl::extract`). */
export function findTokens({ headers: places, params, cookies }: TokenPlaces, exchange: Exchange): FoundToken[] {
  const { headers } = exchange;
  const found: FoundToken[] = [];
  for (const { name, prefix } of places) {
    for (const line of headers.lines(name)) {
      const at = line.indexOf(prefix);
      if (at < 0) continue;
      const text = prefix === "" ? line : afterPrefix(line, at + prefix.length);
      found.push({ text, remove: () => headers.delete(name) });
    }
  }
  if (params.length > 0) {
    const query = parseQuery(exchange.path);
    for (const name of params) {
      const text = query.find(([key]) => key === name)?.[1];
      if (text !== undefined) found.push({ text, remove: () => removeParameter(exchange, name) });
    }
  }
  if (cookies.length > 0) {
    const all = parseCookies(headers);
    for (const name of cookies) {
      const text = all.get(name);
      // It stays, as Envoy has it.
      if (text !== undefined) found.push({ text, remove: () => undefined });
    }
  }
  return found;
}

/** All from the first character that a token may have; where there is none, the whole value. */
function afterPrefix(value: string, from: number): string {
  const rest = value.slice(from);
  const start = rest.search(TOKEN_CHARACTER);
  return start < 0 ? value : rest.slice(start);
}

function parseQuery(path: string): (readonly [string, string])[] {
  const start = path.indexOf("?");
  if (start < 0) return [];
  return path
    .slice(start + 1)
    .split("&")
    .map((part) => {
      const equals = part.indexOf("=");
      return equals < 0 ? [decode(part), ""] : [decode(part.slice(0, equals)), decode(part.slice(equals + 1))];
    });
}

/** Percent signs that are none stay. */
function decode(text: string): string {
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** What is left of the query is put together again from what was read of it: in the order of names, and decoded. */
function removeParameter(exchange: Exchange, name: string): void {
  const rest = parseQuery(exchange.path)
    .filter(([key]) => key !== name)
    .map(([key, value], index) => ({ key, value, index }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.index - b.index));
  const query = rest.map(({ key, value }) => `${key}=${value}`).join("&");
  exchange.setPath(exchange.pathOnly + (rest.length === 0 ? "" : `?${query}`));
}

function parseCookies(headers: Headers): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of headers.lines("cookie"))
    for (const part of line.split(";")) {
      const equals = part.indexOf("=");
      if (equals < 0) continue;
      const name = part.slice(0, equals).trim();
      const value = part.slice(equals + 1).trim();
      const bare = value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
      if (!found.has(name)) found.set(name, bare);
    }
  return found;
}
