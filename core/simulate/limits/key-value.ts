import ipaddr from "ipaddr.js";
import { claimOfCondition } from "#core/schema/claim-path.ts";
import type { Address } from "#core/simulate/address.ts";
import type { Exchange } from "#core/simulate/exchange.ts";
import type { PreparedKey } from "#core/simulate/limits/prepare-key.ts";
import type { PreparedLimit } from "#core/simulate/limits/read-limit-set.ts";
import { TOKEN_FILTER, TOKEN_PAYLOAD } from "#core/xds/token-metadata.ts";

const HEADER = /^request\.headers\[(.+)\]$/;
const QUERY = /^request\.query\[(.+)\]$/;
const IDENTITY = /^spiffe:\/\/([^/]+)\/ns\/([^/]+)\/sa\/([^/]+)$/;

/** What a request has of a part of a key; null where it has none. */
export function keyValue(
  part: PreparedKey,
  exchange: Exchange,
  trusted: PreparedLimit["trustsForwardedFor"],
): string | null {
  const { attribute, prefixLength, ofText, ofAddress } = part;
  if (attribute === "source.ip" || attribute === "remote.ip") {
    const address = addressOf(attribute, exchange, trusted);
    return ofAddress === undefined ? rangeOf(address, prefixLength) : ofAddress(address);
  }
  // What is empty says as little as what is not there.
  const value = textOf(attribute, exchange) || null;
  return value === null || ofText === undefined ? value : ofText(value);
}

/** As policies have it: what anybody else says of its client it says of itself. */
function addressOf(
  attribute: "source.ip" | "remote.ip",
  { connection, client }: Exchange,
  trusted: PreparedLimit["trustsForwardedFor"],
): Address | undefined {
  return attribute === "remote.ip" && isTrusted(connection.tls?.peer?.uris[0], trusted) ? client : connection.remote;
}

/** The first of a name, as applications read it: however it is spelled, it is one value. */
function parameterOf(path: string, parameter: string): string | null {
  const start = path.indexOf("?");
  return start < 0 ? null : new URLSearchParams(path.slice(start + 1).split("#", 1)[0]).get(parameter);
}

/** However a caller writes it, it is routed to one host: with any port, and letters of either case. */
const hostOf = (authority: string): string => authority.toLowerCase().replace(/:\d*$/, "");

/** In the words of conditions. */
function textOf(attribute: string, exchange: Exchange): string | null {
  const parameter = QUERY.exec(attribute)?.[1];
  if (parameter !== undefined) return parameterOf(exchange.path, parameter);
  const header = HEADER.exec(attribute)?.[1];
  if (header !== undefined) {
    const value = exchange.headers.firstLine(header.toLowerCase()) ?? null;
    return header.toLowerCase() === ":authority" ? value && hostOf(value) : value;
  }
  const uri = exchange.connection.tls?.peer?.uris[0];
  const identity = uri === undefined ? null : IDENTITY.exec(uri);
  switch (attribute) {
    case "request.method":
      return exchange.method;
    case "request.path":
      return exchange.pathOnly;
    case "source.principal":
      return uri?.replace("spiffe://", "") ?? null;
    case "source.trustDomain":
      return identity?.[1] ?? null;
    case "source.namespace":
      return identity?.[2] ?? null;
    case "source.serviceAccount":
      return identity === null ? null : `${identity[2]}/${identity[3]}`;
    case "request.auth.principal": {
      const [issuer, subject] = [claim(exchange, ["iss"]), claim(exchange, ["sub"])];
      return issuer === null || subject === null ? null : `${issuer}/${subject}`;
    }
    case "request.auth.audiences":
      return claim(exchange, ["aud"]);
    case "request.auth.presenter":
      return claim(exchange, ["azp"]);
    default: {
      const path = claimOfCondition(attribute);
      return path === undefined ? null : claim(exchange, path);
    }
  }
}

function isTrusted(uri: string | undefined, trusted: PreparedLimit["trustsForwardedFor"]): boolean {
  return trusted === "everybody" || (uri !== undefined && trusted.has(uri));
}

/** Of a claim that is a list all values, in order: who has the same ones is the same. */
function claim({ metadata }: Exchange, path: readonly string[]): string | null {
  let value = (metadata.get(TOKEN_FILTER) as Record<string, unknown> | undefined)?.[TOKEN_PAYLOAD];
  for (const name of path)
    value = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  if (Array.isArray(value)) return value.length === 0 ? null : joinClaims(value.map(String).sort());
  return value === undefined || value === null || typeof value === "object" ? null : String(value);
}

/** Values that are no single words are told apart all the same. */
const joinClaims = (values: readonly string[]): string =>
  values.some((value) => /\s/.test(value)) ? JSON.stringify(values) : values.join(" ");

function rangeOf(address: Address | undefined, prefixLength: number | undefined): string | null {
  if (address === undefined) return null;
  const bits = address.bytes.length * 8;
  const kept = Math.min(prefixLength ?? bits, bits);
  const bytes = address.bytes.map((byte, at) => byte & (0xff00 >> Math.max(0, Math.min(8, kept - at * 8))) & 0xff);
  const text = ipaddr.fromByteArray([...bytes]).toString();
  return kept === bits ? text : `${text}/${kept}`;
}
