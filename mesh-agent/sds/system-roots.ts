import { existsSync } from "node:fs";

/** Where distributions keep the authorities that a host trusts. */
const BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/** The PEM file of the host's authorities: SSL_CERT_FILE, or the distribution's. Undefined when there is none. */
export function findSystemRoots(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  return [env.SSL_CERT_FILE, ...BUNDLES].find((path) => path !== undefined && existsSync(path));
}
