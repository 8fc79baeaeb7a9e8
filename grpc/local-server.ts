import { chmodSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { PharosError } from "#core/errors.ts";
import { type HandleLocal, LocalConnection } from "#grpc/local-connection.ts";

/**
 * gRPC of one unary method on a Unix socket that only this user may open. `GrpcServer` does all that a network asks for; here an
 * answer costs a tenth of that, for what a proxy asks with every request (docs/adr/0045-limits.md).
 */
export class LocalServer {
  readonly #sockets = new Set<Socket>();
  readonly #server;
  #socketPath: string | undefined;

  constructor(handle: HandleLocal, onFailure: (error: unknown) => void) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.once("close", () => this.#sockets.delete(socket));
      new LocalConnection(socket, handle, onFailure);
    });
  }

  async listen(socketPath: string): Promise<void> {
    rmSync(socketPath, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", (error: NodeJS.ErrnoException) =>
        reject(new PharosError("unavailable", `cannot listen on ${socketPath}: ${error.message}`, { cause: error })),
      );
      this.#server.listen(socketPath, resolve);
    });
    this.#socketPath = socketPath;
    chmodSync(socketPath, 0o600);
  }

  /** Ends every connection at once. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    if (this.#socketPath !== undefined) rmSync(this.#socketPath, { force: true });
  }
}
