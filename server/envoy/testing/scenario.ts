import { parseAllDocuments } from "yaml";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { type InstanceHeader, makeSnapshot, type ProxyHeader } from "#server/envoy/testing/read-case.ts";

/** A server behind the mesh. HTTP ones answer with who they are and what reached them. */
export interface AppHeader {
  readonly name: string;
  readonly protocol?: "http" | "tcp";
  /** A TCP one that says its name only where a header of the PROXY protocol, in text, comes first. */
  readonly asksProxyHeader?: boolean;
  /** An HTTP one that takes CONNECT to ports of this host. */
  readonly tunnels?: boolean;
  /** Serves TLS with a certificate for this name. */
  readonly tls?: string;
  /** It is asked about requests: it lets in whose `x-user` is `ann`, and nobody where `status` is another than 200. */
  readonly authorizer?: "http" | "grpc";
  /** What an authorizer puts into requests that it lets in, besides `x-role`. */
  readonly gives?: Readonly<Record<string, string>>;
  /** Answers every request with it; 200 where absent. */
  readonly status?: number;
}

export interface Question {
  /** Port of this host. */
  readonly to: number;
  /** As clients of a forward proxy ask. */
  readonly url?: string;
  readonly host?: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  /** Asked over TLS with this server name, also where bytes are sent. */
  readonly sni?: string;
  /** Bytes of a connection of its own instead of a request; its first line of answer is who answered. */
  readonly tcp?: string;
  /** Bytes of a request as they are; lines end as the file's do, in CRLF on the wire. */
  readonly raw?: string;
}

export interface Expectation {
  readonly status?: number;
  /** Who answered. */
  readonly app?: string;
  /** Of the answer; null: not there. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** What reached the application. */
  readonly seen?: {
    readonly method?: string;
    readonly path?: string;
    readonly headers?: Readonly<Record<string, string | null>>;
  };
  /** How many different applications answered, of all `times`. */
  readonly apps?: number;
  /** Copies that reached other applications, by their names. */
  readonly copies?: Readonly<Record<string, Expectation["seen"]>>;
  /** The connection is closed by the proxy, nothing said by the client. */
  readonly closed?: boolean;
}

export interface Step {
  readonly name?: string;
  readonly ask: Question;
  /** Once where absent; each answer must be as expected. */
  readonly times?: number;
  /** Asked again until it is as expected: what Envoy does a moment after what came before. */
  readonly soon?: boolean;
  readonly expect: Expectation;
}

export interface Scenario {
  readonly apps: readonly AppHeader[];
  readonly proxies: readonly ProxyHeader[];
  readonly steps: readonly Step[];
  /** What proxies have counted once all is asked: proxy → statistic → value, among those that agents have Envoy keep. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly snapshot: Snapshot;
}

interface ScenarioHeader {
  readonly apps?: readonly (string | AppHeader)[];
  readonly proxies: readonly ProxyHeader[];
  readonly instances?: readonly InstanceHeader[];
  readonly steps: readonly Step[];
  readonly counts?: Scenario["counts"];
}

/** Names that stand in a scenario as `$name`: ports, and `$certs`, a directory. */
export function namesIn(text: string): Set<string> {
  return new Set([...text.matchAll(/\$([a-z][A-Za-z0-9]*)/g)].flatMap(([, name]) => name ?? []));
}

/** A scenario file: a first document with who takes part and what is asked, then what a user would write. */
export function readScenario(text: string, values: ReadonlyMap<string, string>): Scenario {
  const filled = text.replace(/\$([a-z][A-Za-z0-9]*)/g, (whole, name: string) => values.get(name) ?? whole);
  const [header, ...rest] = parseAllDocuments(filled);
  if (header === undefined) throw new Error("a scenario starts with a document of its proxies and steps");
  if (header.errors.length > 0) throw new Error(String(header.errors[0]));
  const { apps = [], proxies, instances = [], steps, counts = {} } = header.toJS() as ScenarioHeader;
  return {
    apps: apps.map((app) => (typeof app === "string" ? { name: app } : app)),
    proxies,
    steps,
    counts,
    snapshot: makeSnapshot(rest, instances),
  };
}
