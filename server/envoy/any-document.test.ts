import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, test } from "vitest";
import { stringify } from "yaml";
import type { ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { type AnyResource, formatRef, refOf } from "#core/resource/resource.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { anyDocument, anyProxySettings } from "#server/envoy/testing/arbitrary-document.ts";
import { arbitraryInstance } from "#server/envoy/testing/arbitrary-instance.ts";
import { grpcBootstrap, grpcRefusal } from "#server/envoy/testing/grpc-bootstrap.ts";
import { keepValid } from "#server/envoy/testing/keep-valid.ts";
import { MESH, NODES } from "#server/envoy/testing/random-world.ts";
import { staticBootstrap } from "#server/envoy/testing/static-bootstrap.ts";
import { fc, seed } from "#testing/fc.ts";
import { findTestEnvoy } from "#testing/find-test-envoy.ts";

// Any document that passes validation compiles, for every kind of client, and a real Envoy takes what comes of it.

const RUNS = Number(process.env.FUZZ_RUNS ?? 8);
const DOCUMENTS_MAX = 60;
const hash = (bytes: Uint8Array): string => createHash("sha1").update(bytes).digest("hex").slice(0, 16);
const run = promisify(execFile);

let envoy: string;
let scratch: string;
beforeAll(async () => {
  envoy = await findTestEnvoy();
  scratch = mkdtempSync(join(tmpdir(), "pharos-any-document-"));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function worldOf(
  documents: readonly object[],
  instances: readonly WorkloadInstance[],
  proxies: ProxySettings,
): Snapshot {
  const resources = new Map<string, AnyResource>();
  for (const document of documents) {
    const resource = keepValid(document as Record<string, unknown>);
    if (resource !== undefined) resources.set(formatRef(refOf(resource)), resource);
  }
  const named = new Map(instances.map((instance) => [`${instance.namespace}/${instance.name}`, instance]));
  return {
    revision: 1,
    mesh: { ...MESH, proxies },
    resources: [...resources.values()],
    instances: [...named.values()],
  };
}

/** What Envoy says against it; undefined when it takes it. */
async function refusal(bootstrap: object): Promise<string | undefined> {
  const file = join(scratch, "envoy.json");
  // A child's error stream is a socket here, which nobody can open by its path.
  writeFileSync(file, JSON.stringify(bootstrap).replaceAll('"/dev/stderr"', JSON.stringify(join(scratch, "errors"))));
  try {
    await run(envoy, ["--mode", "validate", "-c", file, "--log-level", "error"], { cwd: scratch, maxBuffer: 1e8 });
    return undefined;
  } catch (error) {
    return (error as { stderr: string }).stderr || String(error);
  }
}

/** The first client for which the world does not compile, or whose Envoy refuses what comes of it. */
async function findProblem(
  snapshot: Snapshot,
  nodes: readonly ProxyNode[] = NODES,
): Promise<{ readonly node: ProxyNode; readonly said: string } | undefined> {
  const compiler = createCompiler(snapshot, { hash });
  for (const node of nodes) {
    const { layers } = compiler.open(node);
    const [failed] = compiler.diagnostics().filter(({ code }) => code === "not-translated");
    if (failed !== undefined) return { node, said: JSON.stringify(failed) };
    const isGrpc = node.metadata.GENERATOR === "grpc";
    const bootstrap = staticBootstrap(layers);
    const said =
      (isGrpc ? grpcRefusal(layers) : undefined) ??
      (await refusal(isGrpc ? grpcBootstrap(bootstrap, layers) : bootstrap));
    if (said !== undefined) return { node, said };
  }
  return undefined;
}

/** The world without what the problem does not need. */
async function reduce(snapshot: Snapshot, node: ProxyNode): Promise<Snapshot> {
  let least = snapshot;
  for (const part of ["resources", "instances"] as const)
    for (let size = Math.ceil(least[part].length / 2); size >= 1; size = Math.floor(size / 2))
      for (let at = 0; at < least[part].length; ) {
        const smaller = { ...least, [part]: [...least[part].slice(0, at), ...least[part].slice(at + size)] };
        if ((await findProblem(smaller, [node])) === undefined) at += size;
        else least = smaller;
      }
  return least;
}

describe(`FUZZ_SEED=${seed}`, () => {
  test("what passes validation compiles, and Envoy takes it", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyDocument, { minLength: 1, maxLength: DOCUMENTS_MAX, size: "max" }),
        fc.array(arbitraryInstance, { maxLength: 12, size: "max" }),
        anyProxySettings,
        async (documents, instances, proxies) => {
          const snapshot = worldOf(documents, instances, proxies);
          const problem = await findProblem(snapshot);
          if (problem === undefined) return;
          const least = await reduce(snapshot, problem.node);
          throw new Error(
            `${problem.said.replace(/(.)\1{40,}/gsu, "$1…")}\nfor ${problem.node.id} with\n${stringify([...least.resources, ...least.instances, least.mesh.proxies])}`,
          );
        },
      ),
      { seed, numRuns: RUNS, endOnFailure: true },
    );
  }, 300_000);
});
