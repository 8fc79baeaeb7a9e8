import type { Http2Session } from "node:http2";

export interface KeepAlive {
  readonly intervalMs: number;
  /** A peer that takes in a large mesh, or is being starved, may be silent for long and well. */
  readonly timeoutMs: number;
}

/**
 * Ends a session whose peer is silent: it neither answers a ping nor sends anything else. Over a Unix socket nobody is asked: the
 * system closes it with the process at its other end, and an Envoy that takes in ten thousand clusters answers when it has.
 */
export function keepAlive(session: Http2Session, { intervalMs, timeoutMs }: KeepAlive): void {
  const { socket } = session;
  if (socket?.remoteAddress === undefined) return;
  const ping = setInterval(() => {
    if (session.destroyed) return;
    const heardBytes = socket.bytesRead;
    let isAnswered = false;
    const isDead = (): boolean => !isAnswered && !session.destroyed && socket.bytesRead === heardBytes;
    // Timers run before what has arrived is read: a loop that was held up itself reads first, then judges.
    const dead = setTimeout(() => setImmediate(() => isDead() && session.destroy()), timeoutMs);
    dead.unref();
    const isSent = session.ping(() => {
      isAnswered = true;
      clearTimeout(dead);
    });
    if (!isSent) clearTimeout(dead);
  }, intervalMs);
  ping.unref();
  session.once("close", () => clearInterval(ping));
}
