import type { IncomingMessage } from "node:http";
import { LogLimiter } from "#node/log-limiter.ts";
import type { Auth } from "#server/auth/auth.ts";

/** Notes who was refused at a path: who tries again every few seconds is in the audit trail once a minute. */
export function refusalNoter(
  auth: Pick<Auth, "noteRefused">,
): (request: Pick<IncomingMessage, "url" | "socket">, reason: string) => void {
  const limiter = new LogLimiter();
  return (request, reason) => {
    if (limiter.isDue(request.socket.remoteAddress ?? "", Date.now())) auth.noteRefused(request, reason);
  };
}
