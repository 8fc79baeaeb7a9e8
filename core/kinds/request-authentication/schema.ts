import { POLICY_TARGETS } from "#core/kinds/policy-target.ts";
import { MATCH_LABELS } from "#core/kinds/workload-selector.ts";
import type { Infer } from "#core/schema/field.ts";
import {
  becomes,
  boolean,
  described,
  explicit,
  list,
  message,
  refused,
  required,
  string,
} from "#core/schema/make-field.ts";

const TOKEN_HEADER = message({
  name: becomes("JwtHeader.name", required(string("plain-header-name"))),
  prefix: described(string("header-value"), {
    envoy: "JwtHeader.value_prefix",
    doc: "What stands before the token, as `Bearer ` does; the space belongs to it",
  }),
});

const CLAIM_TO_HEADER = message({
  header: described(required(string("claim-header")), {
    envoy: "JwtClaimToHeader.header_name",
    doc: "Taken off every request first, whoever set it",
  }),
  claim: described(required(string("policy-text")), {
    envoy: "JwtClaimToHeader.claim_name",
    doc: "A nested one with dots: `realm.role`",
  }),
});

/** One issuer: whose tokens, where they stand in a request, with which keys they are checked, what of them goes on. */
const JWT_RULE = message(
  {
    issuer: described(explicit(string("policy-text")), {
      envoy: "JwtProvider.issuer",
      doc: "As the `iss` claim says; without it the token of any issuer",
      hint: "https://issuer.example.com",
    }),
    audiences: described(list(string("policy-text")), {
      envoy: "JwtProvider.audiences",
      doc: "One of them has to be in the `aud` claim; empty for any. A scheme before and a slash behind do not count",
    }),
    jwksUri: described(explicit(string("jwks-uri", 2048)), {
      envoy: "JwtProvider.local_jwks, with the keys that the control plane fetched",
      doc: "Where the control plane fetches the keys, again every twenty minutes",
      note: "Without jwks and jwksUri it is asked for at the issuer's /.well-known/openid-configuration. Addresses of this host, link-local ones and those of clouds' metadata services are not asked",
    }),
    jwks_uri: described(explicit(string("jwks-uri", 2048)), {
      envoy: "JwtProvider.local_jwks, with the keys that the control plane fetched",
      doc: "The same by its older name",
    }),
    jwks: described(explicit(string()), {
      envoy: "JwtProvider.local_jwks",
      doc: "The keys themselves, as a JSON Web Key Set",
      form: "lines",
    }),
    fromHeaders: described(list(TOKEN_HEADER), {
      envoy: "JwtProvider.from_headers",
      doc: "Headers that a token may stand in; without any place: `Authorization: Bearer`, and the query parameter access_token",
    }),
    fromParams: described(list(string("query-parameter-name")), {
      envoy: "JwtProvider.from_params",
      doc: "Query parameters that a token may stand in",
    }),
    fromCookies: described(list(string("policy-text")), {
      envoy: "JwtProvider.from_cookies",
      doc: "Cookies that a token may stand in",
    }),
    outputPayloadToHeader: described(string("plain-header-name"), {
      envoy: "JwtProvider.forward_payload_header",
      doc: "The header in which the application gets the token's payload, in base64url",
    }),
    outputClaimToHeaders: described(list(CLAIM_TO_HEADER), { doc: "Claims that the application gets as headers" }),
    forwardOriginalToken: described(boolean(), {
      envoy: "JwtProvider.forward",
      doc: "Whether the application gets the token too",
      default: false,
    }),
    timeout: described(string("duration"), {
      envoy: "none: how long the control plane waits for keys",
      doc: "Of a fetch of the keys",
      default: "5s",
    }),
    spaceDelimitedClaims: described(list(string("policy-text"), 0, 64), {
      envoy: "JwtProvider.NormalizePayload.space_delimited_claims",
      doc: "Claims that are lists with spaces between; `scope` and `permission` always are",
    }),
    presence: refused(
      "Istio does not look at it either: require a token with an AuthorizationPolicy (requestPrincipals)",
      "no-effect",
    ),
  },
  { atMostOneOf: ["jwks", "jwksUri", "jwks_uri"] },
);
export type JwtRule = Infer<typeof JWT_RULE>;

export const REQUEST_AUTHENTICATION = message({
  selector: described(MATCH_LABELS, { doc: "Workloads it applies to; without it all of the namespace" }),
  ...POLICY_TARGETS,
  jwtRules: described(list(JWT_RULE, 0, 4096), {
    doc: "Issuers whose tokens are checked, in any order; a request without a token passes, one with a bad token does not",
  }),
});
export type RequestAuthenticationSpec = Infer<typeof REQUEST_AUTHENTICATION>;
