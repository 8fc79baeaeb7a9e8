import { webcrypto } from "node:crypto";
import type { ServerTls } from "#grpc/server.ts";
import type { RootFiles } from "#server/ca/root-file.ts";
import * as x509 from "#server/ca/x509.ts";

const EC = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const HOUR_MS = 3_600_000;

/** A leaf that the root's key signed past the authority's rules: a workload's in all but its name. */
export async function forgeLeaf(root: RootFiles, spiffeId: string): Promise<ServerTls> {
  const keys = await webcrypto.subtle.generateKey(EC, true, ["sign", "verify"]);
  const pkcs8 = x509.PemConverter.decodeFirst(root.key);
  const signingKey = await webcrypto.subtle.importKey("pkcs8", pkcs8, EC, false, ["sign"]);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: "4a",
    issuer: new x509.X509Certificate(root.certificate).subject,
    subject: "",
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + HOUR_MS),
    publicKey: keys.publicKey as unknown as CryptoKey,
    signingKey: signingKey as unknown as CryptoKey,
    signingAlgorithm: EC,
    extensions: [
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
      new x509.SubjectAlternativeNameExtension([{ type: "url", value: spiffeId }], true),
    ],
  });
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
  return { cert: `${certificate.toString("pem")}\n${root.certificate}`, key: `${key}\n`, roots: root.certificate };
}
