import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Above the usual ports of a mesh (15012, 18080, 20001), and below those that hosts give to connections that go out: one of these
 * would take a port between its choice and its use, and whoever was to listen there could not.
 */
const FIRST = 21_000;
const LAST = 32_767;
const handedOut = new Set<number>();

/** A port of 127.0.0.1 at which nobody listens, and which nobody in this process was told of before. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST + 1);
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    if (await isFree(port)) return port;
  }
}

/** Whether a TCP port of 127.0.0.1 can be bound now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
