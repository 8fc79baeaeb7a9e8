import { existsSync, readFileSync } from "node:fs";
import { PharosError } from "#core/errors.ts";
import { TRACE_SCRIPT } from "#mesh-agent/envoy/trace-script.ts";
import type { Logger } from "#node/log.ts";
import { writeFileDurably } from "#node/write-file-durably.ts";

/** Whether Envoy finds the script there. Where the disk takes no file, requests are traced by Envoy's tracer, which needs none. */
export function writeTraceScript(file: string, log: Logger): boolean {
  try {
    if (!existsSync(file) || readFileSync(file, "utf8") !== TRACE_SCRIPT) writeFileDurably(file, TRACE_SCRIPT);
    return true;
  } catch (error) {
    const { message } = PharosError.from(error);
    log.warn("the script that gives requests their spans could not be written: Envoy's tracer does it", {
      file,
      message,
    });
    return false;
  }
}
