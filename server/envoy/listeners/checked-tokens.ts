import { resolveTokenRules } from "#core/resolve/token-rules.ts";
import type { CompileReader } from "#server/compile/compile-reader.ts";
import type { CheckedTokens } from "#server/envoy/features/checked-tokens.ts";

/** What a workload checks tokens by: the rules of all that stand over it, each with its own keys or those that are kept of its URI. */
export function listCheckedTokens(
  world: Pick<CompileReader, "keysAt">,
  authentications: ReturnType<CompileReader["requestAuthenticationsOver"]>,
): readonly CheckedTokens[] {
  return resolveTokenRules(authentications).map((rule) => ({
    rule,
    keys: rule.keys.kind === "fetched" ? world.keysAt(rule.keys.uri) : rule.keys.set,
  }));
}
