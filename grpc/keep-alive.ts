import type { Http2Session } from "node:http2";

export interface KeepAlive {
  readonly intervalMs: number;
  /** A peer that compiles a large mesh, or is being starved, may be silent for seconds and well. */
  readonly timeoutMs: number;
}

/** Ends a session whose peer no longer answers pings. */
export function keepAlive(session: Http2Session, { intervalMs, timeoutMs }: KeepAlive): void {
  const ping = setInterval(() => {
    if (session.destroyed) return;
    let isAnswered = false;
    // Timers run before what has arrived is read: a loop that was held up itself reads first, then judges.
    const dead = setTimeout(() => setImmediate(() => isAnswered || session.destroy()), timeoutMs);
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
