import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "#node/free-port.ts";
import { waitUntilReady } from "../pharos-server.ts";
import type { Measured } from "./control-plane.ts";
import { generateResources, virtualService } from "./generate-config.ts";

/** istiod without Kubernetes: the same resources from files, xDS in plain text. `path` is its binary, pilot-discovery. */
export async function startIstiod(path: string, services: number, virtualServices: number): Promise<Measured> {
  const dir = mkdtempSync(join(tmpdir(), "pharos-bench-istiod-"));
  const config = join(dir, "config");
  mkdirSync(config);
  const write = (name: string, resources: readonly object[]): void => {
    // istiod watches the directory: a file must appear in it whole.
    const part = join(dir, `${name}.part`);
    writeFileSync(part, resources.map((resource) => JSON.stringify(resource)).join("\n---\n"));
    renameSync(part, join(config, name));
  };
  const resources = generateResources(services, virtualServices).map(withTimestamp);
  const edited = virtualService(0, "first").metadata.name;
  write(
    "all.yaml",
    resources.filter(({ kind, metadata }) => !(kind === "VirtualService" && metadata.name === edited)),
  );
  write("edited.yaml", [withTimestamp(virtualService(0, "first"))]);
  writeFileSync(join(dir, "mesh.yaml"), "rootNamespace: istio-system\n");
  const [grpc, monitoring, http] = [await freePort(), await freePort(), await freePort()];
  const child = spawn(
    path,
    [
      "discovery",
      "--registries=",
      `--configDir=${config}`,
      `--meshConfig=${join(dir, "mesh.yaml")}`,
      `--grpcAddr=127.0.0.1:${grpc}`,
      `--monitoringAddr=127.0.0.1:${monitoring}`,
      `--httpAddr=127.0.0.1:${http}`,
      "--httpsAddr=",
      "--secureGRPCAddr=",
      "--log_output_level=default:error",
    ],
    {
      cwd: dir,
      stdio: ["ignore", "ignore", "inherit"],
      env: {
        ...process.env,
        POD_NAMESPACE: "istio-system",
        PILOT_ENABLE_IP_AUTOALLOCATE: "false",
        PILOT_MAX_REQUESTS_PER_SECOND: "100000",
      },
    },
  );
  const stop = (): void => {
    child.kill("SIGKILL");
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    // Its own readiness waits for a cluster.
    const hasServices = (metrics: string): boolean => Number(/^pilot_services (\S+)$/m.exec(metrics)?.[1]) >= services;
    await waitUntilReady("istiod", `http://127.0.0.1:${monitoring}/metrics`, child, hasServices);
  } catch (error) {
    stop();
    throw error;
  }
  return {
    name: "istiod, plain",
    pid: child.pid ?? 0,
    address: `127.0.0.1:${grpc}`,
    takesVirtualHosts: false,
    stop,
    edit: async (mark) => write("edited.yaml", [withTimestamp(virtualService(0, mark))]),
  };
}

/** Files have no age of their own, and istiod orders by it. */
function withTimestamp<R extends { readonly metadata: object }>(resource: R): R {
  return { ...resource, metadata: { ...resource.metadata, creationTimestamp: "2026-01-01T00:00:00Z" } };
}
