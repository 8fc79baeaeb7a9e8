import type { GuardingPolicy } from "#core/resolve/guarding-policy.ts";

/** Whether a policy in force asks something of a token: of who is meant by it, or of its claims. */
export function asksForToken({ rules, isDryRun }: GuardingPolicy): boolean {
  return (
    !isDryRun &&
    rules.some(
      ({ from = [], when = [] }) =>
        when.some(({ key }) => key.startsWith("request.auth.")) ||
        from.some(
          ({ source }) => (source.requestPrincipals ?? []).length > 0 || (source.notRequestPrincipals ?? []).length > 0,
        ),
    )
  );
}
