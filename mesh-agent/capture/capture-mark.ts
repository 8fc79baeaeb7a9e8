import { existsSync, readFileSync, rmSync } from "node:fs";
import { FIREWALLS, type Firewall, removeAll } from "#mesh-agent/capture/firewall.ts";
import { writeFileDurably } from "#node/write-file-durably.ts";

/** Whose rules may be in the kernel, by the file that is there as long as they may be; all where it does not say. */
export function readMark(file: string): readonly Firewall[] {
  if (!existsSync(file)) return [];
  const names = new Set(readFileSync(file, "utf8").split(/\s+/));
  const marked = FIREWALLS.filter(({ name }) => names.has(name));
  return marked.length === 0 ? FIREWALLS : marked;
}

export function writeMark(file: string, firewalls: readonly Firewall[]): void {
  if (firewalls.length === 0) {
    rmSync(file, { force: true });
    return;
  }
  writeFileDurably(file, firewalls.map(({ name }) => name).join(" "));
}

/**
 * Takes away what an earlier agent left, and then its mark. Tells of which there was something. Throws "unavailable" where that cannot be
 * known, or not be taken away: the mark stays.
 */
export async function removeMarked(file: string): Promise<readonly Firewall["name"][]> {
  const removed: Firewall["name"][] = [];
  await removeAll(
    readMark(file).map((firewall) => async () => {
      if (!(await firewall.hasLeft())) return;
      await firewall.remove();
      removed.push(firewall.name);
    }),
  );
  writeMark(file, []);
  return removed;
}
