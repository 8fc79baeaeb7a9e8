import { existsSync, readFileSync } from "node:fs";
import { TRACE_SCRIPT } from "#mesh-agent/envoy/trace-script.ts";
import { writeFileDurably } from "#node/write-file-durably.ts";

/** Whether Envoy finds the script there. Where the disk takes no file, requests are traced by Envoy's tracer, which needs none. */
export function writeTraceScript(file: string): boolean {
  try {
    if (!existsSync(file) || readFileSync(file, "utf8") !== TRACE_SCRIPT) writeFileDurably(file, TRACE_SCRIPT);
    return true;
  } catch {
    return false;
  }
}
