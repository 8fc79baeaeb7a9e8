import { PharosError } from "#core/errors.ts";
import type { ServerCall } from "#grpc/server-call.ts";

/** What one timer can wait. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** A stream is not to outlive what its caller was believed for: a stolen key would be good for ever. */
export function endWithCertificate(call: ServerCall): void {
  const { certificate } = call.peer;
  if (certificate === null || !certificate.isTrusted) return;
  const { notAfter, serial, uris } = certificate;
  // One that ended before the call began is the handler's to refuse: it knows who to tell.
  if (notAfter.getTime() <= Date.now()) return;
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const leftMs = notAfter.getTime() - Date.now();
    if (leftMs > 0) {
      timer = setTimeout(wait, Math.min(leftMs, TIMER_MS_MAX));
      timer.unref();
      return;
    }
    const who = `certificate ${serial} of ${uris.join(", ")}`;
    call.fail(
      new PharosError("unauthenticated", `${who} ended at ${notAfter.toISOString()}`, {
        hint: "connect again with a renewed one",
      }),
    );
  };
  wait();
  call.stream.once("close", () => clearTimeout(timer));
}
