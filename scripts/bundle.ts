// Bundles the program into dist/: pharos.js, the threads that serve the mesh, try changes and decide limits, and what they share. A process that reads
// six files starts sooner and holds less than one that reads sixteen hundred (docs/adr/0013-one-bundle.md).
import { readFileSync, renameSync, rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type Plugin, rolldown } from "rolldown";

const root = resolve(import.meta.dirname, "..");
const dir = join(root, "dist");
const made = join(root, ".cache/dist");

/**
 * Prisma's query compiler comes as 4.4 MB of base64 in a module, which would stay in memory as text. It is put beside the
 * program as the file that it is, read when asked for: Buffer.from(wasm, "base64") takes what valueOf() gives.
 */
const wasmAsFile: Plugin = {
  name: "wasm-as-file",
  load: {
    filter: { id: /\/query_compiler_\w+_bg\.\w+\.wasm-base64\.mjs$/ },
    handler(id) {
      const text = /"([\w+/=]+)"/.exec(readFileSync(id, "utf8"))?.[1];
      if (text === undefined)
        throw new Error(`${id} holds no base64: Prisma ships its query compiler in another way now`);
      const fileName = basename(id).replace("-base64.mjs", "");
      this.emitFile({ type: "asset", fileName, source: Buffer.from(text, "base64") });
      return `import { readFileSync } from "node:fs";
export const wasm = { valueOf: () => readFileSync(new URL(${JSON.stringify(`./${fileName}`)}, import.meta.url)) };`;
    },
  },
};

const bundle = await rolldown({
  cwd: root,
  input: {
    pharos: "programs/pharos.ts",
    "mesh-worker": "server/mesh/worker.ts",
    "preview-worker": "server/preview/worker.ts",
    "limits-worker": "mesh-agent/limits/worker.ts",
  },
  platform: "node",
  // They bring binaries, or, as Next does, look for files beside themselves.
  external: [/^@duckdb\//, "libsql", "next", /^next\//],
  plugins: [wasmAsFile],
  onLog(level, log, handle) {
    // What a dependency does with eval or a circular import is its own affair; what this bundle lacks is not.
    if (log.code === "UNRESOLVED_IMPORT") throw new Error(log.message);
    if (level !== "warn") handle(level, log);
  },
});
// Names and lines stay as they are: a stack trace is read by people.
rmSync(made, { recursive: true, force: true });
await bundle.write({
  dir: made,
  format: "esm",
  entryFileNames: "[name].js",
  chunkFileNames: "[name]-[hash].js",
  comments: false,
});
await bundle.close();
// Whoever starts meanwhile finds the one or the other, whole.
rmSync(dir, { recursive: true, force: true });
renameSync(made, dir);
