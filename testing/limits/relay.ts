import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A way to a port that can be cut, and opened again. */
export class Relay {
  readonly #open = new Set<Socket>();
  readonly #server;
  #isCut = false;

  constructor(target: number) {
    this.#server = createServer((incoming) => {
      if (this.#isCut) {
        incoming.destroy();
        return;
      }
      const outgoing = connect(target, "127.0.0.1");
      for (const [one, other] of [
        [incoming, outgoing],
        [outgoing, incoming],
      ] as const) {
        this.#open.add(one);
        one
          .on("error", () => other.destroy())
          .on("close", () => {
            this.#open.delete(one);
            other.destroy();
          });
        one.pipe(other);
      }
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
    return (this.#server.address() as AddressInfo).port;
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#open) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}
