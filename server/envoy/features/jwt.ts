import type { TokenRule } from "#core/resolve/token-rules.ts";
import { TOKEN_FILTER, TOKEN_PAYLOAD } from "#core/xds/token-metadata.ts";
import {
  JwtAuthenticationSchema,
  type JwtProviderSchema,
  type JwtRequirementSchema,
} from "#proto/gen/envoy/extensions/filters/http/jwt_authn/v3/config_pb.js";
import type { CheckedTokens } from "#server/envoy/features/checked-tokens.ts";
import type { HttpFilter } from "#server/envoy/features/http-filter.ts";
import { type Init, typed } from "#server/envoy/pack.ts";

type RequirementInit = Init<typeof JwtRequirementSchema>;

/** A key whose private half was never kept: nobody can sign what it would let in. */
const NOBODYS_KEYS = JSON.stringify({
  keys: [
    {
      kty: "RSA",
      n: "yQhNNMmGMZFsZsAnpPMF9p8vqL0C3bRhhXAXV3Ppab2SPENkNWuC-hHX706ng0zP9CsTsGNsG7jqR2nL8uK-cTVEHTnNIP7c5VvOjPO0S7fivAmRJylL7z2pWCpQXJ1EluwdBp_sEF2Wcjd7arTyRc8300Gj72I4rtU7ZHqKdrJATKTdZmGGs1_LLzsPnVPqdpBPQT5XgBA7HD0p6rYsRC_LTi_pI19ru1XNLbWP9YloBVr_2m3gMdNiIwwjv0PYg_UDWFbaJ9Cz04l2D553BgD-wV_UxhH4R5vyyFcwpOOyXi1CiZyuF9hK7c6Q_2vQf5NFaai8nn4y5hLbqCWErw",
      e: "AQAB",
    },
  ],
});
/** Tokens that were found good, for each issuer and worker: checking a signature costs more than all else that is done with a request. */
const TOKENS_KEPT = 500;
const ALWAYS_SPACE_DELIMITED = ["permission", "scope"];

/**
 * Checks the tokens of end users as Istio's `convertToEnvoyJwtConfig` has it: a token that is there has to be good, one that is
 * missing is for the policies to ask for. Where several issuers are known, one good token is enough, or each at its place.
 */
export const jwt: HttpFilter = {
  name: TOKEN_FILTER,
  phase: "authentication",
  inListener(direction, { tokens }) {
    if (direction === "outbound" || tokens.length === 0) return undefined;
    // Routes of a gateway may ask for claims.
    const choosesRoutes = direction === "gateway";
    return typed(TOKEN_FILTER, JwtAuthenticationSchema, {
      providers: Object.fromEntries(tokens.map((token, index) => [nameOf(index), buildProvider(token, choosesRoutes)])),
      rules: [
        {
          match: { pathSpecifier: { case: "prefix", value: "/" } },
          requirementType: { case: "requires", value: buildRequirement(tokens.map((_, index) => nameOf(index))) },
        },
      ],
      // Browsers send no token with a preflight.
      bypassCorsPreflight: true,
    });
  },
};

const nameOf = (index: number): string => `origins-${index}`;

function buildProvider({ rule, keys }: CheckedTokens, choosesRoutes: boolean): Init<typeof JwtProviderSchema> {
  return {
    issuer: rule.issuer,
    audiences: [...rule.audiences],
    jwksSourceSpecifier: {
      case: "localJwks",
      value: { specifier: { case: "inlineString", value: keys ?? NOBODYS_KEYS } },
    },
    forward: rule.isForwarded,
    fromHeaders: rule.fromHeaders.map(({ name, prefix }) => ({ name, valuePrefix: prefix })),
    fromParams: [...rule.fromParams],
    fromCookies: [...rule.fromCookies],
    forwardPayloadHeader: rule.payloadHeader,
    claimToHeaders: rule.claimHeaders.map(({ header, claim }) => ({
      headerName: header,
      claimName: claim,
    })),
    // Other keys are another configuration, whose cache is empty; when a token ends is looked at each time.
    jwtCacheConfig: { jwtCacheSize: TOKENS_KEPT },
    payloadInMetadata: TOKEN_PAYLOAD,
    normalizePayloadInMetadata: { spaceDelimitedClaims: spaceDelimited(rule) },
    clearRouteCache: choosesRoutes,
  };
}

function spaceDelimited({ spaceDelimitedClaims }: TokenRule): string[] {
  return [...new Set([...ALWAYS_SPACE_DELIMITED, ...spaceDelimitedClaims])].sort();
}

function buildRequirement(providers: readonly string[]): RequirementInit {
  const own = providers.map((value): RequirementInit => ({ requiresType: { case: "providerName", value } }));
  const optional = own.map(
    (each): RequirementInit => any([each, { requiresType: { case: "allowMissing", value: {} } }]),
  );
  const [only] = optional;
  if (only !== undefined && optional.length === 1) return only;
  return any([...own, { requiresType: { case: "requiresAll", value: { requirements: optional } } }]);
}

function any(requirements: RequirementInit[]): RequirementInit {
  return { requiresType: { case: "requiresAny", value: { requirements } } };
}
