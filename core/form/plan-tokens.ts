import { newDocument } from "#core/form/new-document.ts";
import { freeName } from "#core/form/new-routing.ts";
import type { Plan } from "#core/form/plan.ts";

export interface TokensInput {
  readonly namespace: string;
  /** Labels of the workloads; none: all of the namespace, or of the mesh in its root. */
  readonly selector: Readonly<Record<string, string>>;
  /** "reviews", for names; "every workload in default", for sentences. */
  readonly targetName: string;
  readonly target: string;
  readonly issuer: string;
  /** Empty: asked for at the issuer. */
  readonly jwksUri: string;
  readonly audiences: readonly string[];
  /** Paths that need no token. */
  readonly openPaths: readonly string[];
  /** A rule that checks the issuer's tokens there already; undefined: one is written. */
  readonly checkedBy: string | undefined;
  /** Names of RequestAuthentications and AuthorizationPolicies of the namespace. */
  readonly takenNames: readonly string[];
}

/**
 * Tokens of an issuer are checked and have to be there, in one revision: a rule that checks without a policy that asks lets in who has none,
 * and a policy without the rule refuses everybody. By DENY, so that policies that allow go on deciding who else may call.
 */
export function planTokens(input: TokensInput): Plan {
  const { namespace, selector, targetName, target, issuer, jwksUri, audiences, openPaths, checkedBy } = input;
  const name = freeName(`tokens-${targetName}`, input.takenNames);
  const on = Object.keys(selector).length === 0 ? {} : { selector: { matchLabels: selector } };
  const rule = { issuer, ...(audiences.length === 0 ? {} : { audiences }), ...(jwksUri === "" ? {} : { jwksUri }) };
  const check = newDocument("RequestAuthentication", namespace, name, { ...on, jwtRules: [rule] });
  const to = openPaths.length === 0 ? {} : { to: [{ operation: { notPaths: openPaths } }] };
  const ask = newDocument("AuthorizationPolicy", namespace, name, {
    ...on,
    action: "DENY",
    rules: [
      { from: [{ source: { notRequestPrincipals: [`${issuer}/*`] } }], ...to },
      // Where several rules check tokens of an issuer, one that passes is enough: the policy holds what the others do not ask for.
      ...(audiences.length === 0 ? [] : [{ ...to, when: [{ key: "request.auth.audiences", notValues: audiences }] }]),
    ],
  });
  const texts = checkedBy === undefined ? [check, ask] : [ask];
  return {
    changes: texts.map((text) => ({ op: "upsert", text, expectedVersion: 0 })),
    reason: `require tokens of ${issuer} for ${target}`,
    sentences: [
      checkedBy === undefined
        ? `Tokens of ${issuer} are checked at ${target}: one that is bad or has ended is answered 401.`
        : `Tokens of ${issuer} are checked there already, by ${checkedBy}.`,
      ...(audiences.length > 0 ? [`They have to be for ${audiences.join(" or ")}.`] : []),
      "A token has to say whose it is: one without sub names nobody (no request principal, as in Istio), and is answered 403.",
      "A request without a token of it is answered 403; policies that allow callers go on deciding about all others.",
      "A browser's preflight (OPTIONS) brings no token: one that comes that far is refused too.",
      ...(openPaths.length === 0 ? [] : [`${openPaths.join(", ")} need none.`]),
      "Connections that are not HTTP carry no token: they are refused.",
      ...(checkedBy !== undefined
        ? []
        : [
            `Keys are fetched from ${jwksUri || `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`}; until they are there every token is refused.`,
          ]),
    ],
  };
}
