import type { Address } from "#core/simulate/address.ts";
import type { Headers } from "#core/simulate/headers.ts";

/** Who showed which certificate; all lists may be empty. */
export interface PeerCertificate {
  readonly uris: readonly string[];
  readonly dnsNames: readonly string[];
  readonly subject: string;
}

/** A downstream connection as the proxy that took it knows it. */
export interface Connection {
  /** Undefined for a Unix socket. */
  readonly remote: Address | undefined;
  /** Where the client meant to connect: the original destination where traffic is captured. */
  readonly local: Address | undefined;
  readonly localPort: number;
  /** Undefined in plain text. */
  readonly tls:
    | {
        /** "" where the client named none. */
        readonly serverName: string;
        readonly alpn: readonly string[];
        /** Undefined where the client showed no certificate. */
        readonly peer: PeerCertificate | undefined;
      }
    | undefined;
  /** What its first bytes are, inside of TLS where there is some. */
  readonly speaks: "http/1.0" | "http/1.1" | "h2" | "tcp";
}

const NO_PARAMETERS: ReadonlyMap<string, string> = new Map();

/**
 * A request on its way through one proxy. Filters and the router change it in place: whoever goes on from it owns it. Pseudo
 * headers (`:method`, `:path`, `:authority`, `:scheme`) are among the headers.
 */
export class Exchange {
  readonly connection: Connection;
  readonly headers: Headers;
  /** What filters have found out, by their names. */
  readonly metadata = new Map<string, unknown>();
  /** The client as the proxy takes it: from X-Forwarded-For, or who connects. */
  client: Address | undefined;
  /** The host that was looked up, for clusters that go to whom requests name; undefined: none was. */
  lookedUp: string | undefined;
  #path = "";
  #query: ReadonlyMap<string, string> | undefined;
  /** Path without query and fragment. */
  pathOnly = "";

  constructor(connection: Connection, headers: Headers) {
    this.connection = connection;
    this.headers = headers;
    this.client = connection.remote;
    this.setPath(headers.get(":path") ?? "");
  }

  /** Puts one more key to what a filter has found out. */
  note(filter: string, key: string, value: unknown): void {
    this.metadata.set(filter, { ...(this.metadata.get(filter) as object | undefined), [key]: value });
  }

  get path(): string {
    return this.#path;
  }

  setPath(path: string): void {
    this.#path = path;
    this.#query = undefined;
    this.pathOnly = withoutQuery(path);
    if (path !== "") this.headers.set(":path", path);
  }

  get method(): string {
    return this.headers.get(":method") ?? "";
  }

  get authority(): string {
    return this.headers.get(":authority") ?? "";
  }

  /** By name, the first value of each; not decoded, as Envoy reads them. */
  get query(): ReadonlyMap<string, string> {
    this.#query ??= parseQuery(this.#path);
    return this.#query;
  }
}

function withoutQuery(path: string): string {
  for (let at = 0; at < path.length; at++) {
    const code = path.charCodeAt(at);
    if (code === 63 || code === 35) return path.slice(0, at);
  }
  return path;
}

function parseQuery(path: string): ReadonlyMap<string, string> {
  const start = path.indexOf("?");
  if (start < 0) return NO_PARAMETERS;
  const end = path.indexOf("#", start);
  const found = new Map<string, string>();
  for (const part of path.slice(start + 1, end < 0 ? path.length : end).split("&")) {
    const equals = part.indexOf("=");
    const name = equals < 0 ? part : part.slice(0, equals);
    if (!found.has(name)) found.set(name, equals < 0 ? "" : part.slice(equals + 1));
  }
  return found;
}
