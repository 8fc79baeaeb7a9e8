import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "#node/free-port.ts";
import type { ApiClient } from "../../cli/client/client.ts";
import { runPharos, startPharosServer } from "../pharos-server.ts";
import { generateResources, virtualService } from "./generate-config.ts";

/** A server under measurement. */
export interface Measured {
  readonly name: string;
  readonly pid: number;
  readonly address: string;
  /** JSON with cert, key and roots, for its clients; none where it is spoken to in plain text. */
  readonly identity?: string;
  readonly takesVirtualHosts: boolean;
  /** Makes the first route carry `mark`. */
  edit(mark: string): Promise<void>;
  stop(): void;
}

/** `pharos serve` with generated configuration, written through its API. Its clients come with an identity from its own authority, or in plain text. */
export async function startControlPlane(
  services: number,
  virtualServices: number,
  isPlaintext: boolean,
): Promise<Measured & { readonly api: ApiClient }> {
  const plaintextPort = await freePort();
  const { pid, api, dir, data, xdsPort, apply, remove } = await startPharosServer(
    "xds",
    isPlaintext ? ["--plaintext-port", String(plaintextPort)] : [],
  );
  try {
    apply(generateResources(services, virtualServices));
    const server = {
      pid,
      takesVirtualHosts: true,
      api,
      stop: remove,
      async edit(mark: string) {
        await api.config.applyChanges.mutate({
          changes: [{ op: "upsert", text: JSON.stringify(virtualService(0, mark)) }],
          reason: "benchmark",
        });
      },
    };
    if (isPlaintext) return { ...server, name: "Pharos, plain", address: `127.0.0.1:${plaintextPort}` };
    const token = runPharos("token", "create", "--namespace", "ns0", "--service-account", "load", "--dir", data).trim();
    runPharos("join", "--token", token, "--out", join(dir, "identity"));
    const read = (name: string): string => readFileSync(join(dir, "identity", name), "utf8");
    const identity = join(dir, "identity.json");
    writeFileSync(
      identity,
      JSON.stringify({ cert: read("cert-chain.pem"), key: read("key.pem"), roots: read("root-cert.pem") }),
    );
    return { ...server, name: "Pharos, mTLS", address: `127.0.0.1:${xdsPort}`, identity };
  } catch (error) {
    remove();
    throw error;
  }
}
