import { rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { PharosError } from "#core/errors.ts";

/**
 * Makes this agent the only one of its directory: two would take each other's sockets and Envoy. What holds the claim is a
 * socket, which the kernel lets go of with its process, however that dies. Returns how to give it back; throws "conflict"
 * where an agent runs.
 */
export async function claimDirectory(dir: string, socketPath: string): Promise<() => Promise<void>> {
  if (await isAnswered(socketPath))
    throw new PharosError("conflict", `another agent runs in ${dir}`, {
      hint: "stop it first, or give this one a directory of its own with --dir",
    });
  rmSync(socketPath, { force: true });
  const server = createServer((socket) => socket.on("error", () => undefined).end());
  await listen(server, socketPath);
  server.unref();
  return () => new Promise((done) => server.close(() => done()));
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) =>
      reject(new PharosError("unavailable", `cannot listen on ${path}: ${cause.message}`, { cause })),
    );
    // From then on: a connection that cannot be taken is its caller's loss.
    server.listen(path, () => {
      server.on("error", () => undefined);
      resolve();
    });
  });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
