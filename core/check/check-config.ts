import { createCheckContext } from "#core/check/context.ts";
import { httpOnlySetting } from "#core/check/http-only-setting.ts";
import { policyPort } from "#core/check/policy-port.ts";
import type { CheckRule } from "#core/check/rule.ts";
import { selectorMatchesNothing } from "#core/check/selector-matches-nothing.ts";
import type { Diagnostic } from "#core/diagnostic.ts";
import { KIND_NAMES, type Kind } from "#core/kinds/kinds.ts";
import { relationsOf } from "#core/kinds/relations.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { type AnyResource, formatRef, refOf } from "#core/resource/resource.ts";
import { validateResource } from "#core/resource/validate-resource.ts";
import { formatPath } from "#core/schema/path.ts";

/** Those that each kind has of its own, and then those about several kinds. */
export const CHECK_RULES: readonly CheckRule[] = [
  ...KIND_NAMES.flatMap((kind) => checksOf(kind)),
  selectorMatchesNothing,
  policyPort,
  httpOnlySetting,
];

function checksOf<K extends Kind>(kind: K): CheckRule[] {
  return relationsOf(kind).checks.map((rule) => ({
    ...rule,
    check: (context) => rule.check(context.of(kind), context),
  }));
}

/** What each resource has wrong with itself: resources never change, so an edit checks those that it brings. */
export type CheckedAlone = WeakMap<AnyResource, readonly (Diagnostic & { readonly resource: string })[]>;

/**
 * What the resources of a snapshot have wrong with each other and, as warnings, each with itself (weights, rules that
 * no request reaches). Ordered by resource, then path. None of it keeps a change from being saved.
 */
export function checkConfig(snapshot: Snapshot, alone: CheckedAlone = new WeakMap()): Diagnostic[] {
  const context = createCheckContext(snapshot);
  const between = CHECK_RULES.flatMap((rule) =>
    rule.check(context).map((finding) => ({ code: rule.code, ...finding })),
  );
  const within = snapshot.resources.flatMap((resource) => {
    const known = alone.get(resource);
    if (known !== undefined) return known;
    const made = validateResource(resource).map((issue) => ({ resource: formatRef(refOf(resource)), ...issue }));
    alone.set(resource, made);
    return made;
  });
  return [...between, ...within].sort(
    (left, right) =>
      compare(left.resource, right.resource) || compare(pathOf(left), pathOf(right)) || compare(left.code, right.code),
  );
}

function pathOf({ path = [] }: Diagnostic): string {
  return formatPath(path);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
