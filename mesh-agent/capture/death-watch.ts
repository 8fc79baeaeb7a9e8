import { type ChildProcess, spawn } from "node:child_process";

/**
 * A shell that outlives this process by as long as it needs to run a command: it waits for the end of its input, which is
 * when this process ends, however it does. It does not hear the signals by which everything is told to end at once: its command is for then.
 */
export class DeathWatch {
  readonly #child: ChildProcess;

  constructor(command: string) {
    this.#child = spawn(
      "/bin/sh",
      ["-c", `trap '' TERM INT HUP; cat >/dev/null; PATH="$PATH:/usr/sbin:/sbin"; { ${command}; } 2>/dev/null`],
      {
        detached: true,
        stdio: ["pipe", "ignore", "ignore"],
      },
    );
    this.#child.on("error", () => undefined);
    this.#child.unref();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** It is not needed any more. */
  end(): void {
    this.#child.kill("SIGKILL");
  }
}
