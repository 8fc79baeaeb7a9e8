import type { X509Certificate } from "node:crypto";
import type { ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";

/** Who is at the other end of a connection. */
export interface Peer {
  /** "127.0.0.1:40312", or "unix". */
  readonly address: string;
  /** The certificate presented, if any; `isTrusted` says whether it leads to our roots and is in its time. */
  readonly certificate: PeerCertificate | null;
}

export interface PeerCertificate {
  readonly isTrusted: boolean;
  /** Why not, in OpenSSL's words. */
  readonly problem: string | null;
  readonly uris: readonly string[];
  /** Hex. */
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly der: Buffer;
}

/** OpenSSL's words where they leave open what is wrong. */
const PROBLEMS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "it has expired",
  CERT_NOT_YET_VALID: "it is not valid yet",
  DEPTH_ZERO_SELF_SIGNED_CERT: "it is signed by itself",
  SELF_SIGNED_CERT_IN_CHAIN: "another root issued it",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "another root issued it",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "another root issued it",
  CERT_SIGNATURE_FAILURE: "its signature is not the root's",
};

/** One clause that names the certificate and what is wrong with it; undefined for a trusted one. */
export function whyUntrusted({ isTrusted, problem, serial, uris }: PeerCertificate): string | undefined {
  if (isTrusted) return undefined;
  const words = PROBLEMS[problem ?? ""];
  const why = words === undefined ? problem : `${words} (${problem})`;
  return `certificate ${serial} of ${uris.join(", ") || "nobody"} is not trusted: ${why}`;
}

/** URI names of a certificate. What `subjectAltName` quotes could hold ", URI:" itself, and no SPIFFE id needs quotes. */
export function urisOf(certificate: X509Certificate): string[] {
  return (certificate.subjectAltName ?? "")
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
    .split(", ")
    .filter((name) => name.startsWith("URI:"))
    .map((name) => name.slice("URI:".length));
}

export function addressOf(socket: Socket): string {
  return socket.remoteAddress === undefined ? "unix" : `${socket.remoteAddress}:${socket.remotePort}`;
}

const described = new WeakMap<ServerHttp2Session, Peer>();

/** The same object for every call of a connection: a certificate is read once. */
export function describePeer(session: ServerHttp2Session): Peer {
  const known = described.get(session);
  if (known !== undefined) return known;
  const peer = readPeer(session);
  described.set(session, peer);
  return peer;
}

function readPeer(session: ServerHttp2Session): Peer {
  const socket = session.socket as TLSSocket;
  const address = addressOf(socket);
  const certificate = typeof socket.getPeerX509Certificate === "function" ? socket.getPeerX509Certificate() : undefined;
  if (certificate === undefined) return { address, certificate: null };
  return {
    address,
    certificate: {
      isTrusted: socket.authorized,
      problem: socket.authorized ? null : String(socket.authorizationError),
      uris: urisOf(certificate),
      serial: certificate.serialNumber.toLowerCase(),
      notBefore: new Date(certificate.validFrom),
      notAfter: new Date(certificate.validTo),
      der: certificate.raw,
    },
  };
}
