import { createPrivateKey, X509Certificate } from "node:crypto";
import { PharosError } from "#core/errors.ts";
import { urisOf } from "#grpc/peer.ts";
import { pemBlocks } from "#node/pem-blocks.ts";

/** A workload's key, its certificate chain, and the roots that vouch for everybody else in the mesh. PEM. */
export interface Identity {
  readonly keyPem: string;
  /** Leaf first, without roots. */
  readonly chainPem: string;
  readonly rootsPem: string;
  readonly spiffeId: string;
  readonly serial: string;
  readonly notAfterMs: number;
  /** When this host received it: certificates are backdated, so half of life counts from here. */
  readonly issuedAtMs: number;
}

export interface IdentityParts {
  readonly keyPem: string;
  /** As the authority answers: leaf, intermediates, roots. */
  readonly certificates: readonly string[];
  readonly issuedAtMs: number;
}

/** Checks that the parts belong together. Throws "invalid". */
export function parseIdentity({ keyPem, certificates, issuedAtMs }: IdentityParts): Identity {
  const parsed = certificates.flatMap(splitPem).map((pem) => ({ pem, certificate: new X509Certificate(pem) }));
  const roots = parsed.filter(({ certificate }) => certificate.ca && certificate.checkIssued(certificate));
  const chain = parsed.filter((entry) => !roots.includes(entry));
  const leaf = chain[0]?.certificate;
  if (leaf === undefined || roots.length === 0)
    throw new PharosError("invalid", "the authority's answer lacks a certificate or its root");
  if (!leaf.checkPrivateKey(createPrivateKey(keyPem)))
    throw new PharosError("invalid", "the certificate is for another key");
  const [uri, ...others] = urisOf(leaf);
  if (uri === undefined || others.length > 0)
    throw new PharosError("invalid", "the certificate must have exactly one URI name");
  return {
    keyPem,
    chainPem: chain.map(({ pem }) => pem).join(""),
    rootsPem: roots.map(({ pem }) => pem).join(""),
    spiffeId: uri,
    serial: leaf.serialNumber.toLowerCase(),
    notAfterMs: leaf.validToDate.getTime(),
    issuedAtMs,
  };
}

const CERTIFICATE = new Set(["CERTIFICATE"]);

/** Each certificate of a PEM text, ending in a newline. */
export function splitPem(text: string): string[] {
  return pemBlocks(text, CERTIFICATE).blocks.map((pem) => `${pem}\n`);
}
