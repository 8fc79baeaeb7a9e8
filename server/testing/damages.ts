import { chmodSync, copyFileSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";

function rewrite(path: string, change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path);
  change(bytes);
  writeFileSync(path, bytes);
}

/** Ways in which a file comes to harm; `older` is what it was at some time before. */
export const DAMAGES = {
  emptied: (path: string) => truncateSync(path, 0),
  deleted: (path: string) => rmSync(path),
  "cut by 100 bytes": (path: string) => truncateSync(path, Math.max(0, statSync(path).size - 100)),
  "first 4 KB zeroed": (path: string) => rewrite(path, (bytes) => bytes.fill(0, 0, Math.min(4096, bytes.length))),
  "last 4 KB zeroed": (path: string) => rewrite(path, (bytes) => bytes.fill(0, Math.max(0, bytes.length - 4096))),
  "one bit flipped in the middle": (path: string) =>
    rewrite(path, (bytes) => {
      const at = bytes.length >> 1;
      bytes[at] = (bytes[at] ?? 0) ^ 4;
    }),
  "replaced by an older copy": (path: string, older: string) => copyFileSync(older, path),
  "permission taken away": (path: string) => chmodSync(path, 0),
} as const satisfies Record<string, (path: string, older: string) => void>;

export type Damage = keyof typeof DAMAGES;
