import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { writeAtomic } from "#mesh-agent/write-atomic.ts";

const StoredSchema = z.object({
  /** The group's with this instance's on top. */
  labels: z.record(z.string(), z.string()),
  group: z.string().default(""),
});

/** What the registry last said of this instance, for starts without a control plane or a token. */
export type StoredRegistration = z.infer<typeof StoredSchema>;

export function saveRegistration(file: string, registration: StoredRegistration): void {
  writeAtomic(file, `${JSON.stringify(registration)}\n`);
}

/** Undefined when there is none that can be read: the next heartbeat writes it anew. */
export function loadRegistration(file: string): StoredRegistration | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return StoredSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}
