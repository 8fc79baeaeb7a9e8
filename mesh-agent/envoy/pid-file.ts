import { readFileSync, rmSync } from "node:fs";
import { NO_START_SETTINGS, type StartSettings } from "#core/mesh-config/start-settings.ts";
import { StartSettingsSchema } from "#mesh-agent/envoy/read-start-settings.ts";
import { writeFileDurably } from "#node/write-file-durably.ts";

/** Which process is the agent's Envoy, and with what it was started. */
export interface EnvoyRecord {
  readonly pid: number;
  readonly start: string;
  /** Hash of what it was started with. */
  readonly fingerprint: string;
  /** What the control plane had given for its start. */
  readonly settings: StartSettings;
}

/** One line, the pid first and the settings last. */
export function writePidFile(file: string, { pid, start, fingerprint, settings }: EnvoyRecord): void {
  writeFileDurably(file, `${pid} ${start} ${fingerprint} ${JSON.stringify(settings)}\n`);
}

/** Undefined where there is none, or it does not say. */
export function readPidFile(file: string): EnvoyRecord | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
  const [pid, start, fingerprint, ...rest] = text.trim().split(" ");
  if (!/^\d+$/.test(pid ?? "") || start === undefined || fingerprint === undefined) return undefined;
  return { pid: Number(pid), start, fingerprint, settings: readSettings(rest.join(" ")) };
}

/** An earlier agent wrote none. */
function readSettings(text: string): StartSettings {
  try {
    return StartSettingsSchema.parse(JSON.parse(text));
  } catch {
    return NO_START_SETTINGS;
  }
}

export function removePidFile(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It names a process that has ended: whoever reads it sees that.
  }
}
