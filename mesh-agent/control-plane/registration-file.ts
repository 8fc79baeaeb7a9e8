import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { StartSettingsSchema } from "#mesh-agent/envoy/read-start-settings.ts";
import { openSealed, sealJson } from "#mesh-agent/sealed-json.ts";
import { writeFileDurably } from "#node/write-file-durably.ts";

const StoredSchema = z.object({
  /** The group's with this instance's on top. */
  labels: z.record(z.string(), z.string()),
  group: z.string().default(""),
  /** With what Envoy is started; absent until the control plane has said it. */
  start: StartSettingsSchema.optional(),
});

/** What the registry last said of this instance, for starts without a control plane or a token. */
export type StoredRegistration = z.infer<typeof StoredSchema>;

export function saveRegistration(file: string, registration: StoredRegistration): void {
  writeFileDurably(file, `${sealJson(registration)}\n`);
}

/** Undefined when there is none that can be read, of which `onDamage` is told: the next heartbeat writes it anew. */
export function loadRegistration(file: string, onDamage: (error: unknown) => void): StoredRegistration | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return StoredSchema.parse(openSealed(readFileSync(file, "utf8")));
  } catch (error) {
    onDamage(error);
    return undefined;
  }
}
