import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A disk of its own that can be full: a tmpfs, which only root on Linux may mount. */
export class SmallDisk {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static canMount(): boolean {
    if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
    try {
      SmallDisk.mount(1).unmount();
      return true;
    } catch {
      return false;
    }
  }

  static mount(megabytes: number): SmallDisk {
    const path = mkdtempSync(join(tmpdir(), "pharos-disk-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=0700`, "pharos-test", path]);
    return new SmallDisk(path);
  }

  /** To the last byte. */
  fill(): void {
    for (let bytes = 1024 * 1024; bytes >= 1; bytes = Math.floor(bytes / 2)) {
      try {
        for (;;) appendFileSync(join(this.path, "ballast"), Buffer.alloc(bytes));
      } catch {
        // So much does not fit any more.
      }
    }
  }

  free(): void {
    rmSync(join(this.path, "ballast"), { force: true });
  }

  unmount(): void {
    execFileSync("umount", ["-l", this.path]);
    rmSync(this.path, { recursive: true, force: true });
  }
}
