import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";

export interface Synced {
  readonly seconds: number;
  readonly bytesPerClient: number;
}

export interface Seen {
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly bytesPerClient: number;
}

export interface FleetProcessOptions {
  readonly address: string;
  readonly clients: number;
  /** JSON with cert, key and roots; without it, plain text. */
  readonly identity?: string;
  readonly takesVirtualHosts: boolean;
}

/** A fleet of clients in a process of its own. */
export class FleetProcess {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #ended: Promise<never>;

  constructor({ address, clients, identity, takesVirtualHosts }: FleetProcessOptions) {
    const args = [
      "--address",
      address,
      "--clients",
      String(clients),
      ...(identity === undefined ? [] : ["--identity", identity]),
      ...(takesVirtualHosts ? [] : ["--no-vhds"]),
    ];
    this.#child = spawn(process.execPath, [join(import.meta.dirname, "fleet.ts"), ...args], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#ended = once(this.#child, "exit").then(() =>
      Promise.reject(new Error("the fleet's process ended; what it said is above")),
    );
    // Nobody may be waiting for a line when it ends.
    this.#ended.catch(() => undefined);
    const { stdout } = this.#child;
    if (stdout === null) throw new Error("the fleet has no output");
    this.#lines = createInterface({ input: stdout });
  }

  connect(): Promise<Synced> {
    return this.#ask({ do: "connect" });
  }

  async disconnect(): Promise<void> {
    await this.#ask({ do: "disconnect" });
  }

  /** Resolves once the fleet is looking, with the promise of what it sees. */
  async watch(mark: string): Promise<{ readonly seen: Promise<Seen> }> {
    await this.#ask({ do: "watch", mark });
    return { seen: this.#line() };
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }

  #ask<T>(command: object): Promise<T> {
    const answer = this.#line<T>();
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
    return answer;
  }

  async #line<T>(): Promise<T> {
    const [line] = (await Promise.race([once(this.#lines, "line"), this.#ended])) as [string];
    return JSON.parse(line) as T;
  }
}
