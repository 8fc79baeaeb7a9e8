import { z } from "zod";
import { isNamespace, isServiceAccount } from "#core/identity/spiffe-id.ts";

/** As large as a whole list of a system's roots. */
const PEM_LENGTH_MAX = 262_144;
const pem = z.string().max(PEM_LENGTH_MAX).optional();

export const credentialRef = z.object({
  namespace: z.string().refine(isNamespace, "is lower-case letters, digits and dashes, 63 at most"),
  // As Kubernetes takes names of secrets, which are also those of accounts.
  name: z.string().refine(isServiceAccount, "is lower-case letters, digits, dots and dashes, 253 at most"),
});

export const credentialInput = credentialRef.extend({
  certificate: pem,
  key: pem,
  roots: pem,
  revocationList: pem,
});
export type CredentialInput = z.output<typeof credentialInput>;
