import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePort } from "#node/free-port.ts";
import { type ApiClient, connect } from "../../cli/client/client.ts";
import serverProcess from "../../programs/server-process.json" with { type: "json" };
import { generateResources, virtualService } from "./generate-config.ts";

const MAIN = resolve(import.meta.dirname, "../../dist/pharos.js");
const READY_WITHIN_MS = 60_000;
/** The API takes documents of up to a megabyte. */
const RESOURCES_A_DOCUMENT = 500;
/** So many are read at once. */
const RESOURCES_AT_ONCE = 10_000;

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

function pharos(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`pharos ${args[0]} failed: ${stderr}`);
  return stdout;
}

/** `pharos serve` with generated configuration, written through its API. Its clients come with an identity from its own authority, or in plain text. */
export async function startControlPlane(
  services: number,
  virtualServices: number,
  isPlaintext: boolean,
): Promise<Measured & { readonly api: ApiClient }> {
  const dir = mkdtempSync(join(tmpdir(), "pharos-bench-xds-"));
  const [port, xdsPort, plaintextPort] = [await freePort(), await freePort(), await freePort()];
  const data = join(dir, "server");
  const child = spawn(
    process.execPath,
    [
      ...serverProcess.nodeFlags,
      MAIN,
      "serve",
      ...["--dir", data, "--port", String(port), "--xds-port", String(xdsPort), "--no-console"],
      ...(isPlaintext ? ["--plaintext-port", String(plaintextPort)] : []),
    ],
    { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, ...serverProcess.env } },
  );
  const stop = (): void => {
    child.kill("SIGKILL");
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await waitUntilReady("pharos serve", `http://127.0.0.1:${port}/readyz`, child);
    const resources = generateResources(services, virtualServices);
    for (let from = 0; from < resources.length; from += RESOURCES_AT_ONCE) {
      const config = join(dir, `config-${from}`);
      mkdirSync(config);
      const part = resources.slice(from, from + RESOURCES_AT_ONCE);
      for (let at = 0; at < part.length; at += RESOURCES_A_DOCUMENT)
        writeFileSync(
          join(config, `${at}.yaml`),
          part
            .slice(at, at + RESOURCES_A_DOCUMENT)
            .map((resource) => JSON.stringify(resource))
            .join("\n---\n"),
        );
      pharos("apply", "-f", config, "--dir", data);
    }
    const api = connect({ dir: data });
    const server = {
      pid: child.pid ?? 0,
      takesVirtualHosts: true,
      api,
      stop,
      async edit(mark: string) {
        await api.config.applyChanges.mutate({
          changes: [{ op: "upsert", text: JSON.stringify(virtualService(0, mark)) }],
          reason: "benchmark",
        });
      },
    };
    if (isPlaintext) return { ...server, name: "Pharos, plain", address: `127.0.0.1:${plaintextPort}` };
    const token = pharos("token", "create", "--namespace", "ns0", "--service-account", "load", "--dir", data).trim();
    pharos("join", "--token", token, "--out", join(dir, "identity"));
    const read = (name: string): string => readFileSync(join(dir, "identity", name), "utf8");
    const identity = join(dir, "identity.json");
    writeFileSync(
      identity,
      JSON.stringify({ cert: read("cert-chain.pem"), key: read("key.pem"), roots: read("root-cert.pem") }),
    );
    return { ...server, name: "Pharos, mTLS", address: `127.0.0.1:${xdsPort}`, identity };
  } catch (error) {
    stop();
    throw error;
  }
}

/** Polls `url` until it answers well, with a text that `isReady`. */
export async function waitUntilReady(
  name: string,
  url: string,
  child: ChildProcess,
  isReady: (text: string) => boolean = () => true,
): Promise<void> {
  const untilMs = Date.now() + READY_WITHIN_MS;
  while (Date.now() < untilMs) {
    if (child.exitCode !== null) throw new Error(`${name} ended; what it said is above`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok === true && isReady(await answer.text())) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`${url} is not ready after ${READY_WITHIN_MS} ms`);
}
