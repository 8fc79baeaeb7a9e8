import { spawnSync } from "node:child_process";
import { PharosError } from "#core/errors.ts";

const CANDIDATES = ["python3", "python"] as const;

/** The Python 3 that runs the sample's details service. */
export function findPython(): string {
  const tried: string[] = [];
  for (const name of [process.env.PHAROS_PYTHON, ...CANDIDATES]) {
    if (name === undefined) continue;
    const run = spawnSync(name, ["-c", "import sys; print(sys.version_info[0])"], { encoding: "utf8" });
    if (run.status === 0 && run.stdout.trim() === "3") return name;
    tried.push(
      `\`${name}\` (${run.error === undefined ? `is Python ${run.stdout.trim() || "unknown"}` : "not on PATH"})`,
    );
  }
  throw new PharosError("unavailable", `the sample's details service needs Python 3; tried ${tried.join(", ")}`, {
    hint: "install python3, or name one with PHAROS_PYTHON",
  });
}
