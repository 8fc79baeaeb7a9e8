import { PharosError } from "#core/errors.ts";
import { FairTurns } from "#core/limits/fair-turns.ts";
import type { ForwardedPeer } from "#grpc/forwarded-peer.ts";
import { partyOf } from "#grpc/limits.ts";
import type { CallInfo } from "#grpc/server-stream.ts";
import type { FromWorker, ToWorker } from "#server/mesh/protocol.ts";
import { fromWire } from "#server/mesh/wire-error.ts";

type Forward = Extract<FromWorker, { kind: "forward" }>;
type Answer = Extract<ToWorker, { kind: "answer" }>;

/** Calls of one method that the main thread has at a time: what waits for a disk keeps nobody's certificate waiting. */
const AT_A_TIME = { perParty: 32, inSum: 256 } as const;

interface Posted {
  resolve(reply: Uint8Array): void;
  reject(error: PharosError): void;
}

/**
 * Calls that arrive here and are answered on the main thread: certificates, registration, telemetry. Of each method a party has so
 * many there at a time, and the rest waits here, where who hangs up takes it back. What was handed over ends when it was
 * answered, whoever has gone: until then its caller's place is not free.
 */
export class Forwarder {
  readonly #post: (message: Forward, transfer: ArrayBuffer[]) => void;
  readonly #posted = new Map<number, Posted>();
  readonly #turns = new Map<string, FairTurns>();
  #nextId = 1;

  constructor(post: (message: Forward, transfer: ArrayBuffer[]) => void) {
    this.#post = post;
  }

  forward(path: string, request: Buffer, call: CallInfo): Promise<Uint8Array> {
    const turns = this.#turns.get(path) ?? new FairTurns(AT_A_TIME);
    this.#turns.set(path, turns);
    const party = partyOf(call.peer);
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        const id = this.#nextId++;
        this.#posted.set(id, {
          resolve(reply) {
            resolve(reply);
            turns.end(party);
          },
          reject(error) {
            reject(error);
            turns.end(party);
          },
        });
        // The bytes are part of what the socket read; a copy of their own can be handed over.
        const copy = Uint8Array.from(request);
        this.#post({ kind: "forward", id, path, request: copy, peer: describePeer(call) }, [copy.buffer]);
      };
      const gone = (): PharosError => new PharosError("unavailable", "the caller has gone");
      if (call.signal.aborted) {
        reject(gone());
        return;
      }
      const waiting = turns.ask(party, begin);
      call.signal.addEventListener("abort", () => waiting.leave() && reject(gone()), { once: true });
    });
  }

  answered({ id, reply, error }: Answer): void {
    const posted = this.#posted.get(id);
    this.#posted.delete(id);
    if (error !== undefined) posted?.reject(fromWire(error));
    else if (reply !== undefined) posted?.resolve(reply);
    else posted?.reject(new PharosError("internal", "the answer was lost"));
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
