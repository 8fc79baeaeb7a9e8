import { Budget } from "#core/limits/budget.ts";
import { networkOf } from "#core/limits/network-of.ts";
import type { Peer } from "#grpc/peer.ts";

/** How many of one party, and in sum. */
export interface Allowance {
  readonly perParty: number;
  readonly inSum: number;
}

export interface GrpcLimits {
  /** Connections of those who have shown no certificate that is believed, by address. */
  readonly strangers: Allowance;
  /** Connections by identity. */
  readonly connections: Allowance;
  /** Calls that are open, by identity. */
  readonly calls: Allowance;
  /** The same of strangers, by address. */
  readonly strangerCalls: Allowance;
  /** Bytes of messages that arrive or are worked on, by identity. */
  readonly bytes: Allowance;
  /** The same of strangers, by address. */
  readonly strangerBytes: Allowance;
  /** TLS handshakes that are under way, by address; what is more waits. */
  readonly handshakes: Allowance;
  /** How long a TLS handshake may take. */
  readonly handshakeMs: number;
  /** After so long a handshake, or whoever has shown no certificate, gives way to others from the same address. */
  readonly staleMs: number;
  /** How long a message may take to arrive, and the first one to begin. */
  readonly messageMs: number;
  /** How long the answer to a whole message may take, whatever its client says. */
  readonly answerMs: number;
  /** How long a stranger may stay: time for a certificate. */
  readonly strangerMs: number;
}

const MB = 1024 * 1024;

export const GRPC_LIMITS: GrpcLimits = {
  // A fleet that comes back does so at once, and from one address where that is a gateway's.
  strangers: { perParty: 2500, inSum: 5000 },
  connections: { perParty: 5000, inSum: 20_000 },
  calls: { perParty: 10_000, inSum: 40_000 },
  // One for each connection: a stranger asks for its certificate and goes.
  strangerCalls: { perParty: 2500, inSum: 5000 },
  bytes: { perParty: 64 * MB, inSum: 256 * MB },
  strangerBytes: { perParty: 4 * MB, inSum: 32 * MB },
  handshakes: { perParty: 128, inSum: 512 },
  handshakeMs: 10_000,
  staleMs: 2000,
  messageMs: 30_000,
  answerMs: 60_000,
  strangerMs: 60_000,
};

/** Told of what a limit refused. */
export type OnLimit = (limit: string, party: string) => void;

export type Budgets = Readonly<Record<"connections" | "calls" | "strangerCalls" | "bytes" | "strangerBytes", Budget>>;

export function openBudgets(limits: GrpcLimits, onRefused: OnLimit): Budgets {
  const open = (name: string, allowance: Allowance): Budget => new Budget({ name, ...allowance, onRefused });
  return {
    connections: open("connections", limits.connections),
    calls: open("open calls", limits.calls),
    strangerCalls: open("open calls", limits.strangerCalls),
    bytes: open("bytes in flight", limits.bytes),
    strangerBytes: open("bytes in flight", limits.strangerBytes),
  };
}

export const isStranger = ({ certificate }: Peer): boolean => certificate?.isTrusted !== true;

/** Whose budget it is: the identity's, or the address's (without its port) of those who have none. */
export function partyOf({ address, certificate }: Peer): string {
  if (certificate?.isTrusted === true) return certificate.uris[0] ?? certificate.serial;
  return hostOf(address);
}

function hostOf(address: string): string {
  const colon = address.lastIndexOf(":");
  return networkOf(colon < 0 ? address : address.slice(0, colon));
}
