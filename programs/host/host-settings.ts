import { hostname } from "node:os";
import { resolve } from "node:path";
import { parseJoinToken } from "#core/identity/join-token.ts";
import { parsePort } from "#programs/parse-port.ts";
import { readSettings } from "#programs/read-settings.ts";

/** What a person says of a host that joins. */
export interface HostFlags {
  readonly token: string;
  readonly server?: string;
  readonly name?: string;
  /** `http:9080` */
  readonly port: readonly string[];
  readonly address?: string;
  /** Mode of capture. */
  readonly capture?: string;
  readonly config?: string;
  readonly envoy?: string;
  readonly dir: string;
}

/** The agent's settings, without the token: those of a file first, flags on top. Throws "invalid" for a file that holds none. */
export function hostSettings(flags: HostFlags, host = hostname()): Record<string, unknown> {
  const { token, config, port, capture, server, address, dir, name } = flags;
  const written = config === undefined ? {} : readSettings(config);
  const { group, serviceAccount } = parseJoinToken(token);
  return {
    name: name ?? `${group ?? serviceAccount}-${shortName(host)}`,
    ...written,
    ...(name === undefined ? {} : { name }),
    ...(server === undefined ? {} : { server }),
    ...(address === undefined ? {} : { address }),
    ...(port.length === 0 ? {} : { ports: port.map(parsePort) }),
    dir: resolve(dir),
    capture: { ...written.capture, ...(capture === undefined ? {} : { mode: capture }) },
  };
}

/** As names of instances are written. */
function shortName(host: string): string {
  const [first = ""] = host.toLowerCase().split(".");
  return first.replace(/[^a-z0-9-]+/g, "-").replace(/^-+|-+$/g, "") || "host";
}
