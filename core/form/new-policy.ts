import { parsePrincipal } from "#core/form/describe-principal.ts";
import { freeName } from "#core/form/new-routing.ts";
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
  const caller = principals.length === 1 ? parsePrincipal(principals[0] ?? "")?.account : undefined;
  const name = [action.toLowerCase(), caller, "to", targetName].filter((part) => part !== undefined).join("-");
  return renderDocument({
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: {
      name: freeName(caller === undefined ? `${action.toLowerCase()}-${targetName}` : name, takenNames),
      namespace,
    },
    spec: {
      ...(Object.keys(selector).length === 0 ? {} : { selector: { matchLabels: selector } }),
      action,
      rules: [{ from: [{ source: { principals: [...principals] } }] }],
    },
  });
}
