import { parsePrincipal } from "#core/form/describe-principal.ts";
import { freeName } from "#core/form/new-routing.ts";
import type { PolicyAction } from "#core/form/policy-form.ts";
import { renderDocument } from "#core/resource/render-document.ts";

export interface NewPolicy {
  readonly namespace: string;
  readonly action: "ALLOW" | "DENY";
  readonly targetName: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly principals: readonly string[];
  readonly takenNames: readonly string[];
}

/** An AuthorizationPolicy to begin with: the target and the callers that the link named. Without any it asks for them. */
export function newPolicy({ namespace, action, targetName, selector, principals, takenNames }: NewPolicy): string {
  return renderDocument({
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: {
      name: proposePolicyName({ action, targetName, principals, takenNames }),
      namespace,
    },
    spec: {
      ...(Object.keys(selector).length === 0 ? {} : { selector: { matchLabels: selector } }),
      action,
      rules: [{ from: [{ source: { principals: [...principals] } }] }],
    },
  });
}

export interface PolicyNaming {
  readonly action: PolicyAction;
  readonly targetName: string;
  readonly principals: readonly string[];
  readonly takenNames: readonly string[];
}

/** "deny-productpage-to-details" where one caller is named, else "deny-details"; no name that is taken. */
export function proposePolicyName({ action, targetName, principals, takenNames }: PolicyNaming): string {
  const caller = principals.length === 1 ? parsePrincipal(principals[0] ?? "")?.account : undefined;
  const verb = action.toLowerCase();
  return freeName(caller === undefined ? `${verb}-${targetName}` : `${verb}-${caller}-to-${targetName}`, takenNames);
}
