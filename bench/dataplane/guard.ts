/** Who is let in: callers of one identity with a token of one issuer, that GET below one path. */
export interface Guard {
  readonly issuer: string;
  readonly jwks: string;
  readonly principal: string;
  readonly prefix: string;
}

const TYPE = "type.googleapis.com/envoy.extensions.filters.http";
const PAYLOAD = "payload";

/** It as a policy of a mesh, for workloads with the label app. */
export function guardPolicies(app: string, { issuer, jwks, principal, prefix }: Guard): string {
  const selector = `selector: { matchLabels: { app: ${app} } }`;
  return `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: ${app}, namespace: default }
spec: { ${selector}, jwtRules: [{ issuer: "${issuer}", jwks: '${jwks}' }] }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ${app}, namespace: default }
spec:
  ${selector}
  rules:
    - from: [{ source: { principals: ["${principal}"], requestPrincipals: ["${issuer}/*"] } }]
      to: [{ operation: { methods: [GET], paths: ["${prefix}*"] } }]
`;
}

/** And as one would write it by hand: a filter for the token, one for the policy. */
export function guardFilters({ issuer, jwks, principal, prefix }: Guard): readonly object[] {
  return [
    {
      name: "envoy.filters.http.jwt_authn",
      typed_config: {
        "@type": `${TYPE}.jwt_authn.v3.JwtAuthentication`,
        providers: { issuer: { issuer, local_jwks: { inline_string: jwks }, payload_in_metadata: PAYLOAD } },
        rules: [
          {
            match: { prefix: "/" },
            requires: { requires_any: { requirements: [{ provider_name: "issuer" }, { allow_missing: {} }] } },
          },
        ],
      },
    },
    {
      name: "envoy.filters.http.rbac",
      typed_config: {
        "@type": `${TYPE}.rbac.v3.RBAC`,
        rules: {
          policies: {
            callers: {
              permissions: [
                {
                  and_rules: {
                    rules: [
                      { header: { name: ":method", string_match: { exact: "GET" } } },
                      { url_path: { path: { prefix } } },
                    ],
                  },
                },
              ],
              principals: [
                {
                  and_ids: {
                    ids: [
                      { authenticated: { principal_name: { exact: `spiffe://${principal}` } } },
                      {
                        metadata: {
                          filter: "envoy.filters.http.jwt_authn",
                          path: [{ key: PAYLOAD }, { key: "iss" }],
                          value: { string_match: { exact: issuer } },
                        },
                      },
                    ],
                  },
                },
              ],
            },
          },
        },
      },
    },
  ];
}
