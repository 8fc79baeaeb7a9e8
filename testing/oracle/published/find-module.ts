import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

/** Where Go keeps a module that the oracle is made of; it is only read. Undefined where there is no Go, or it cannot be had. */
export async function findModule(name: "istio.io/istio" | "istio.io/api"): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(process.env.PHAROS_GO ?? "go", ["mod", "download", "-json", name], {
      cwd: join(import.meta.dirname, "../istio"),
    });
    return (JSON.parse(stdout) as { Dir: string }).Dir;
  } catch {
    return undefined;
  }
}
