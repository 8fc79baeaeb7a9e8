import { statfsSync } from "node:fs";
import type { Logger } from "#node/log.ts";

/** With less than this, the next line of Envoy's access log may not fit. */
const ROOM_BYTES_MIN = 256 * 1024;

/** Tells of a full disk under the agent's directory: once in the log, and for as long as it lasts to those who ask. */
export class RoomWatch {
  readonly #dir: string;
  readonly #log: Logger;
  #isFull = false;

  constructor(dir: string, log: Logger) {
    this.#dir = dir;
    this.#log = log;
  }

  /** Undefined while there is room. */
  get problem(): string | undefined {
    this.look();
    if (!this.#isFull) return undefined;
    return `the disk that holds ${this.#dir} is full: requests that envoy cannot log are told as gaps (hint: free some space)`;
  }

  look(): void {
    const isFull = isFullDisk(this.#dir);
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    if (isFull)
      this.#log.error("the disk is full: requests that envoy cannot log are told as gaps", { dir: this.#dir });
    else this.#log.info("the disk has room again", { dir: this.#dir });
  }
}

function isFullDisk(dir: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dir);
    return bavail * bsize < ROOM_BYTES_MIN;
  } catch {
    return false;
  }
}
