/** What Envoy says of a token, in its words: they are what the caller is told. */
export const TOKEN_STATUS = {
  missing: "Jwt is missing",
  format: "Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections",
  headerBase64: "Jwt header is an invalid Base64url encoded",
  headerJson: "Jwt header is an invalid JSON",
  noAlgorithm: "Jwt header [alg] field is required and must be a string",
  algorithm: "Jwt header [alg] is not supported",
  keyId: "Jwt header [kid] field is not a string",
  payloadBase64: "Jwt payload is an invalid Base64url encoded",
  payloadJson: "Jwt payload is an invalid JSON",
  signatureBase64: "Jwt signature is an invalid Base64url encoded",
  audienceType: "Jwt payload [aud] field is not a string or string list",
  notYet: "Jwt not yet valid",
  expired: "Jwt is expired",
  issuer: "Jwt issuer is not configured",
  audience: "Audiences in Jwt are not allowed",
  noKeys: "Jwks doesn't have any valid public key",
  noKeyForIt: "Jwks doesn't have key to match kid or alg from Jwt",
  edLength: "Jwt ED25519 signature is wrong length",
  signature: "Jwt verification fails",
} as const;

/** `undefined` is good. */
export type TokenStatus = string | undefined;
