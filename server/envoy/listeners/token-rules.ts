import { keyLocationOf } from "#core/kinds/request-authentication/key-location.ts";
import { parseKeySet } from "#core/kinds/request-authentication/parse-key-set.ts";
import { resolveTokenRules } from "#core/resolve/token-rules.ts";
import type { Resource } from "#core/resource/resource.ts";
import type { CompileReader } from "#server/compile/compile-reader.ts";
import type { TokenRule } from "#server/envoy/features/token-rule.ts";

/** What a workload checks tokens by: the rules of all that stand over it, each with its own keys or those that are kept of its URI. */
export function listTokenRules(
  world: Pick<CompileReader, "keysAt">,
  authentications: readonly Resource<"RequestAuthentication">[],
): readonly TokenRule[] {
  return resolveTokenRules(authentications).map((rule) => {
    const location = keyLocationOf(rule);
    if (location !== undefined) return { rule, keys: world.keysAt(location) };
    const own = parseKeySet(rule.jwks ?? "");
    return { rule, keys: "text" in own ? own.text : undefined };
  });
}
