import { spawn } from "node:child_process";
import { PharosError } from "#core/errors.ts";

const TIMEOUT_MS = 10_000;

/** What it printed. Throws "unavailable" with its own words where it fails, is not there, or takes longer than `timeoutMs`; 0: as long as it likes. */
export function runTool(command: string, args: readonly string[], input = "", timeoutMs = TIMEOUT_MS): Promise<string> {
  return new Promise((resolve, reject) => {
    // Root's PATH may lack the directories of the system's own programs.
    const env = { ...process.env, PATH: `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`, LC_ALL: "C" };
    const child = spawn(command, args, { env, stdio: ["pipe", "pipe", "pipe"], timeout: timeoutMs });
    let [said, failed] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (failed += chunk.toString()));
    child.on("error", (cause) =>
      reject(new PharosError("unavailable", `cannot run ${command}: ${cause.message}`, { cause })),
    );
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(said);
      const why = failed.trim() || (signal === null ? `exit code ${code}` : `signal ${signal}`);
      reject(new PharosError("unavailable", `${[command, ...args].join(" ")} failed: ${why}`));
    });
    // One that ended before it read everything says why.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}
