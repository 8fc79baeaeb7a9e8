import type { JwtRule } from "#core/kinds/request-authentication/schema.ts";

/** Where OpenID providers say where their keys are (OpenID Connect Discovery 1.0, section 4). */
export const DISCOVERY_PATH = "/.well-known/openid-configuration";

/** Where a rule's keys are asked for: its jwksUri, or what its issuer publishes of itself; undefined where it has them inline. */
export function keyLocationOf({ jwks, jwksUri, jwks_uri: older, issuer = "" }: JwtRule): string | undefined {
  if (jwks !== undefined && jwks !== "") return undefined;
  return jwksUri ?? older ?? `${issuer.replace(/\/$/, "")}${DISCOVERY_PATH}`;
}
