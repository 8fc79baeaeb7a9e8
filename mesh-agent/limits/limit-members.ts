import { readFileSync } from "node:fs";
import type { Logger } from "#node/log.ts";
import { writeFileDurably } from "#node/write-file-durably.ts";

/** How many agents share the limit of a rule, by `policy|rule`: on the disk, for who is started again while the control plane is away. */
export class LimitMembers {
  readonly #file: string;
  readonly #members: Map<string, number>;

  constructor(file: string, log: Logger) {
    this.#file = file;
    this.#members = new Map(readMembers(file, log));
  }

  of(rule: string): number | undefined {
    return this.#members.get(rule);
  }

  learn(rule: string, members: number): void {
    if (this.#members.get(rule) === members) return;
    this.#members.set(rule, members);
    try {
      writeFileDurably(this.#file, JSON.stringify([...this.#members]));
    } catch {
      // It is known until the agent is started again.
    }
  }
}

function readMembers(file: string, log: Logger): [string, number][] {
  try {
    const read: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (!Array.isArray(read)) return [];
    return read.filter(
      (each): each is [string, number] =>
        Array.isArray(each) && typeof each[0] === "string" && Number.isInteger(each[1]) && each[1] > 0,
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT")
      log.warn("how many share limits cannot be read: without the control plane none is let through", {
        ...{ file, error: String(error) },
      });
    return [];
  }
}
