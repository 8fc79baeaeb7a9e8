// The control plane's mesh thread by itself, in a process to be measured. Prints {port, plaintextPort} as a line; then
// each line read is an edit: the mark that the first VirtualService is to carry; each line written, its revision and ms.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { startMesh } from "#server/mesh/start-mesh.ts";
import { generateSnapshot, virtualService } from "./generate-config.ts";

const { values } = parseArgs({
  options: {
    services: { type: "string", default: "1000" },
    "virtual-services": { type: "string", default: "100" },
    tls: { type: "string" },
  },
});
if (values.tls === undefined) throw new Error("--tls FILE: JSON with cert, key and roots");
const snapshot = generateSnapshot(Number(values.services), Number(values["virtual-services"]));
const mesh = await startMesh({
  snapshot: () => snapshot,
  host: "127.0.0.1",
  port: 0,
  plaintextPort: 0,
  tls: JSON.parse(readFileSync(values.tls, "utf8")) as { cert: string; key: string; roots: string },
  trustDomain: "cluster.local",
  handlers: new Map(),
  onCrash: (error) => process.stderr.write(`${error.stack}\n`),
});
process.stdout.write(`${JSON.stringify({ port: mesh.port, plaintextPort: mesh.plaintextPort })}\n`);
let revision = 1;
for await (const mark of createInterface({ input: process.stdin })) {
  const startedMs = performance.now();
  await mesh.apply({
    revision: ++revision,
    upserts: [virtualService(0, mark)],
    deletes: [],
    instanceUpserts: [],
    instanceDeletes: [],
  });
  process.stdout.write(`${JSON.stringify({ revision, ms: performance.now() - startedMs })}\n`);
}
await mesh.close();
