import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseFileSecret } from "#core/xds/file-secret-name.ts";
import type { IssuedCertificate } from "#grpc/testing/certificates.ts";
import { EnvoyProcess } from "#testing/envoy-process.ts";

type Json = Record<string, unknown>;

export interface StaticProxyOptions {
  /** The binary. */
  readonly envoy: string;
  /** Its own; made here. */
  readonly dir: string;
  /** As `staticBootstrap` makes it. */
  readonly bootstrap: Json;
  /** The workload's, in the place of what an agent would serve. */
  readonly certificate: IssuedCertificate;
  readonly roots: string;
}

/** Starts a real Envoy with everything written into its bootstrap, secrets too. */
export function startStaticProxy({ envoy, dir, bootstrap, certificate, roots }: StaticProxyOptions): EnvoyProcess {
  mkdirSync(dir, { recursive: true });
  const files = { "cert.pem": certificate.cert, "key.pem": certificate.key, "roots.pem": roots };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return new EnvoyProcess({ envoy, dir, bootstrap: withSecrets(bootstrap, dir) as Json });
}

/** The list that the name of its secret names. */
function revoked({ validationContextSdsSecretConfig: secret }: Json): Json {
  const source = parseFileSecret(String((secret as Json | undefined)?.name));
  return source?.kind === "roots" && source.revoked !== undefined ? { crl: { filename: source.revoked } } : {};
}

/** Puts files in the place of secrets that come over SDS. */
export function withSecrets(value: unknown, dir: string): unknown {
  if (Array.isArray(value)) return value.map((each) => withSecrets(each, dir));
  if (typeof value !== "object" || value === null) return value;
  const { tlsCertificateSdsSecretConfigs, combinedValidationContext, ...rest } = value as Json;
  const kept = Object.fromEntries(Object.entries(rest).map(([key, each]) => [key, withSecrets(each, dir)]));
  const file = (name: string): Json => ({ filename: join(dir, name) });
  return {
    ...kept,
    ...(tlsCertificateSdsSecretConfigs === undefined
      ? {}
      : { tlsCertificates: [{ certificateChain: file("cert.pem"), privateKey: file("key.pem") }] }),
    ...(combinedValidationContext === undefined
      ? {}
      : {
          validationContext: {
            ...((combinedValidationContext as Json).defaultValidationContext as Json | undefined),
            trustedCa: file("roots.pem"),
            ...revoked(combinedValidationContext as Json),
          },
        }),
  };
}
