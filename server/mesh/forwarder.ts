import { PharosError } from "#core/errors.ts";
import type { ForwardedPeer } from "#grpc/forwarded-peer.ts";
import type { CallInfo } from "#grpc/server-stream.ts";
import type { FromWorker, ToWorker } from "#server/mesh/protocol.ts";
import { fromWire } from "#server/mesh/wire-error.ts";

type Forward = Extract<FromWorker, { kind: "forward" }>;
type Answer = Extract<ToWorker, { kind: "answer" }>;

/** Calls that arrive here and are answered on the main thread: certificates, registration, telemetry. */
export class Forwarder {
  readonly #post: (message: Forward, transfer: ArrayBuffer[]) => void;
  readonly #waiting = new Map<number, { resolve(reply: Uint8Array): void; reject(error: PharosError): void }>();
  #nextId = 1;

  constructor(post: (message: Forward, transfer: ArrayBuffer[]) => void) {
    this.#post = post;
  }

  forward(path: string, request: Buffer, call: CallInfo): Promise<Uint8Array> {
    const id = this.#nextId++;
    // The bytes are part of what the socket read; a copy of their own can be handed over.
    const copy = Uint8Array.from(request);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      call.signal.addEventListener("abort", () => this.#waiting.delete(id), { once: true });
      this.#post({ kind: "forward", id, path, request: copy, peer: describePeer(call) }, [copy.buffer]);
    });
  }

  answered({ id, reply, error }: Answer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error !== undefined) waiting?.reject(fromWire(error));
    else if (reply !== undefined) waiting?.resolve(reply);
    else waiting?.reject(new PharosError("internal", "the answer was lost"));
  }
}

function describePeer({ peer: { address, certificate }, headers: { authorization } }: CallInfo): ForwardedPeer {
  return {
    address,
    certificate:
      certificate === null
        ? null
        : {
            isTrusted: certificate.isTrusted,
            problem: certificate.problem,
            uris: certificate.uris,
            serial: certificate.serial,
            notAfterMs: certificate.notAfter.getTime(),
            der: Uint8Array.from(certificate.der),
          },
    headers: typeof authorization === "string" ? { authorization } : {},
  };
}
