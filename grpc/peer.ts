import type { X509Certificate } from "node:crypto";
import type { ServerHttp2Session } from "node:http2";
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

/** URI names of a certificate: `subjectAltName` quotes what could be mistaken, which no SPIFFE id needs. */
export function urisOf(certificate: X509Certificate): string[] {
  return (certificate.subjectAltName ?? "")
    .split(", ")
    .filter((name) => name.startsWith("URI:"))
    .map((name) => name.slice("URI:".length));
}

export function describePeer(session: ServerHttp2Session): Peer {
  const socket = session.socket as TLSSocket;
  const address = socket.remoteAddress === undefined ? "unix" : `${socket.remoteAddress}:${socket.remotePort}`;
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
