import type { ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";
import { PharosError } from "#core/errors.ts";
import { Crowd } from "#core/limits/crowd.ts";
import { HandshakeLine } from "#grpc/handshake-line.ts";
import { Inbox } from "#grpc/inbox.ts";
import { type Budgets, type GrpcLimits, isStranger, type OnLimit, openBudgets, partyOf } from "#grpc/limits.ts";
import { addressOf, type Peer } from "#grpc/peer.ts";
import type { ServerCall } from "#grpc/server-call.ts";

export interface AdmissionOptions {
  readonly limits: GrpcLimits;
  readonly onLimit: OnLimit;
  /** Without TLS nobody has a name: connections and calls are not limited then. */
  readonly hasTls: boolean;
  /** They are, by address. */
  readonly limitsAddresses: boolean;
  readonly readsGzip: boolean;
  /** Begins the TLS handshake of a connection. */
  readonly beginHandshake: (socket: Socket) => void;
}

/** Who has proven nothing yet has no more to say than one certificate request: memory is for those who have. */
const STRANGER_BYTES_MAX = 64 * 1024;

/** Lets in what the limits allow, each party against its own: its identity, or the address of one that has shown none. */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #budgets: Budgets;
  /** Connections that have shown no certificate yet, by address and port, and whose budget they are of. */
  readonly #strangers = new Map<string, { readonly party: string; readonly socket: Socket }>();
  readonly #crowd: Crowd<Socket>;
  readonly #handshakes: HandshakeLine<Socket>;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#budgets = openBudgets(options.limits, options.onLimit);
    this.#crowd = new Crowd({
      name: "connections without a certificate",
      ...options.limits.strangers,
      staleMs: options.limits.staleMs,
      onRefused: options.onLimit,
      evict: (socket) => socket.destroy(),
    });
    this.#handshakes = new HandshakeLine({
      ...options.limits.handshakes,
      staleMs: options.limits.staleMs,
      begin: (socket) => options.beginHandshake(socket),
      evict: (socket, party) => {
        options.onLimit("TLS handshakes", party);
        socket.destroy();
      },
    });
  }

  /** A connection of somebody who may yet show a certificate; its handshake begins when it is its turn. False: it is one too many. */
  admitSocket(socket: Socket): boolean {
    if (!this.#options.hasTls) {
      if (this.#options.limitsAddresses) {
        const from = partyOf({ address: addressOf(socket), certificate: null });
        if (!this.#budgets.connections.take(from, 1)) return false;
        socket.once("close", () => this.#budgets.connections.give(from, 1));
      }
      this.#options.beginHandshake(socket);
      return true;
    }
    const address = addressOf(socket);
    const party = partyOf({ address, certificate: null });
    if (!this.#crowd.admit(party, socket)) return false;
    this.#strangers.set(address, { party, socket });
    socket.once("close", () => {
      this.#forgetStranger(address);
      this.#handshakes.leave(party, socket);
    });
    this.#handshakes.enter(party, socket);
    return true;
  }

  /** Counts a connection against its identity, or gives a stranger its time. False: it is one too many. */
  admitSession(session: ServerHttp2Session, peer: Peer): boolean {
    if (!this.#options.hasTls) return true;
    const { party: from, socket } = this.#strangers.get(peer.address) ?? {};
    if (from !== undefined && socket !== undefined) this.#handshakes.leave(from, socket);
    if (isStranger(peer)) {
      const timer = setTimeout(() => session.destroy(), this.#options.limits.strangerMs);
      timer.unref();
      session.once("close", () => clearTimeout(timer));
      return true;
    }
    this.#forgetStranger(peer.address);
    const party = partyOf(peer);
    if (!this.#budgets.connections.take(party, 1)) return false;
    session.once("close", () => this.#budgets.connections.give(party, 1));
    return true;
  }

  /** Throws "exhausted" when its party has too many open, or worked on. */
  admitCall(call: ServerCall): void {
    if (!this.#options.hasTls && !this.#options.limitsAddresses) return;
    const party = partyOf(call.peer);
    // What strangers leave open is not to keep out those who have shown who they are.
    const budget = isStranger(call.peer) ? this.#budgets.strangerCalls : this.#budgets.calls;
    if (!budget.take(party, 1))
      throw new PharosError("exhausted", `too many calls of ${party} are open`, { hint: "end some first" });
    call.onFree(() => budget.give(party, 1));
  }

  /** Where the bytes of a call arrive. It ends with the call and what was begun for it. */
  openInbox(call: ServerCall, messageBytesMax: number): Inbox {
    const { limits, onLimit, hasTls } = this.#options;
    const hasToProve = hasTls && isStranger(call.peer);
    const party = partyOf(call.peer);
    const inbox = new Inbox({
      bytesMax: hasToProve ? Math.min(messageBytesMax, STRANGER_BYTES_MAX) : messageBytesMax,
      budget: hasToProve ? this.#budgets.strangerBytes : this.#budgets.bytes,
      party,
      messageMs: limits.messageMs,
      readsGzip: this.#options.readsGzip && call.headers["grpc-encoding"] === "gzip",
      onLate: (error) => {
        onLimit("time for a message", party);
        call.fail(error);
      },
    });
    call.onFree(() => inbox.close());
    return inbox;
  }

  close(): void {
    this.#handshakes.close();
  }

  #forgetStranger(address: string): void {
    const stranger = this.#strangers.get(address);
    if (stranger === undefined) return;
    this.#strangers.delete(address);
    this.#crowd.leave(stranger.party, stranger.socket);
  }
}
