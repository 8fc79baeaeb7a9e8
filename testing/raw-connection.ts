import { connect, type Socket } from "node:net";

/** A connection for what no HTTP client would send; it tells what came back, and when it is over. */
export class RawConnection {
  readonly #socket: Socket;
  readonly #waiting: ((text: string) => boolean)[] = [];
  #text = "";
  /** Resolves with all that came, once the other side is done. */
  readonly ended: Promise<string>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1").on("data", (chunk: string) => {
      this.#text += chunk;
      this.#settle();
    });
    socket.on("error", () => undefined);
    this.ended = new Promise((done) => socket.on("close", () => done(this.#text)));
  }

  static open(port: number): Promise<RawConnection> {
    return new Promise((done, fail) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("error", fail).once("connect", () => done(new RawConnection(socket)));
    });
  }

  write(text: string): void {
    this.#socket.write(text);
  }

  /** Resolves with all that came so far, once it holds `part`; rejects when the connection ends without. */
  async until(part: string): Promise<string> {
    const found = new Promise<string>((done) => {
      this.#waiting.push((text) => {
        if (text.includes(part)) done(text);
        return text.includes(part);
      });
      this.#settle();
    });
    const early = this.ended.then((text) => Promise.reject(new Error(`ended without ${part}: ${text}`)));
    return await Promise.race([found, early]);
  }

  close(): void {
    this.#socket.destroy();
  }

  #settle(): void {
    for (const [index, isDone] of [...this.#waiting.entries()].reverse())
      if (isDone(this.#text)) this.#waiting.splice(index, 1);
  }
}
