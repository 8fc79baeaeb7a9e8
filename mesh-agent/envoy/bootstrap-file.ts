import { existsSync, readFileSync } from "node:fs";
import { PharosError } from "#core/errors.ts";
import { writeFileDurably } from "#node/write-file-durably.ts";

/** Envoy's bootstrap on the disk. An agent that comes back on a full one takes its Envoy back, or starts one, all the same. */
export class BootstrapFile {
  readonly #file: string;
  readonly #text: string;
  /** Why it is not on the disk; undefined when it is. */
  problem: string | undefined;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
    if (!this.#isWritten()) this.#write();
  }

  /** Writes what the disk refused, if it takes it now. */
  settle(): void {
    if (this.problem !== undefined) this.#write();
  }

  #isWritten(): boolean {
    try {
      return existsSync(this.#file) && readFileSync(this.#file, "utf8") === this.#text;
    } catch {
      return false;
    }
  }

  #write(): void {
    try {
      writeFileDurably(this.#file, this.#text);
      this.problem = undefined;
    } catch (error) {
      this.problem = `envoy has its bootstrap from the command line: ${PharosError.from(error).toString()}`;
    }
  }
}
