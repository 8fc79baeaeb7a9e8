import { z } from "zod";
import { PharosError } from "#core/errors.ts";

/** The first file of a backup: what else is in it. */
export const MANIFEST_NAME = "manifest.json";

/** A name, never a path: it is written to where it is restored. */
export const isBackupName = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(name);

const fileSchema = z.object({
  name: z.string().refine(isBackupName, "is no name of a file in a backup"),
  bytes: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const manifestSchema = z.object({
  format: z.literal(1),
  /** Of Pharos, which made it. */
  version: z.string().max(100),
  at: z.iso.datetime(),
  files: z.array(fileSchema).min(1).max(1000),
});

export type BackupManifest = z.infer<typeof manifestSchema>;

/** Throws "invalid". */
export function parseManifest(text: string): BackupManifest {
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new PharosError("invalid", `${MANIFEST_NAME} of the backup cannot be read`, {
      hint: "a backup of this version of Pharos begins with one of format 1",
      cause,
    });
  }
}
