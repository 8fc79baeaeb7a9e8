import { type CheckRun, type Found, runEach, runWhole } from "#core/check/check-run.ts";
import { allOf, type CheckContext, createCheckContext } from "#core/check/context.ts";
import { healthAnnotation } from "#core/check/health-annotation.ts";
import { KeptParts } from "#core/check/kept-parts.ts";
import { policyPort } from "#core/check/policy-port.ts";
import type { Finding, KindCheck, ResourceCheck } from "#core/check/rule.ts";
import { selectorMatchesNothing } from "#core/check/selector-matches-nothing.ts";
import { setAsideAnnotation } from "#core/check/set-aside.ts";
import type { Diagnostic } from "#core/diagnostic.ts";
import { isSameList } from "#core/is-same-list.ts";
import { KIND_NAMES, type Kind } from "#core/kinds/kinds.ts";
import { relationsOf } from "#core/kinds/relations.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { type AnyResource, formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import { validateResource } from "#core/resource/validate-resource.ts";
import { formatPath } from "#core/schema/path.ts";

/** Those about several kinds. */
const GENERAL: readonly ResourceCheck[] = [selectorMatchesNothing, policyPort, healthAnnotation, setAsideAnnotation];

type Described = Omit<ResourceCheck, "each">;

/** By code: those that each kind has of its own, and then those about any kind. */
export const CHECK_RULES: readonly Described[] = [
  ...new Map(
    [...KIND_NAMES.flatMap((kind): readonly Described[] => relationsOf(kind).checks), ...GENERAL].map(
      (rule): [string, Described] => [rule.code, rule],
    ),
  ).values(),
];

/**
 * What the resources of a snapshot have wrong with each other and, as warnings, each with itself (weights, rules that no
 * request reaches): none of it keeps a change from being saved. It is asked about one snapshot after another, and looks
 * after an edit at what the edit bears on, however much stands beside it.
 */
export class Checker {
  readonly #kept = new KeptParts();
  readonly #runs = KIND_NAMES.flatMap((kind) => runsOf(kind));
  #told: { readonly parts: readonly (readonly Found[])[]; readonly sorted: readonly Diagnostic[] } | undefined;

  /** Ordered by resource, then path. */
  check(snapshot: Snapshot): readonly Diagnostic[] {
    const context = createCheckContext(snapshot, this.#kept);
    const parts = this.#runs.map((run) => run.findings(context));
    if (this.#told === undefined || !isSameList(this.#told.parts, parts))
      this.#told = { parts, sorted: parts.flat().sort(inOrder) };
    return this.#told.sorted;
  }
}

/** The same of one snapshot. */
export function checkConfig(snapshot: Snapshot): readonly Diagnostic[] {
  return new Checker().check(snapshot);
}

function runsOf<K extends Kind>(kind: K): CheckRun[] {
  const all = (context: CheckContext): readonly AnyResource[] => allOf(context, kind);
  return [
    ...relationsOf(kind).checks.map((rule) => runOf(kind, rule)),
    ...GENERAL.map((rule) => runEach(all, (resource, context) => withCode(rule, rule.each(resource, context)))),
    runEach(all, alone),
    ...(relationsOf(kind).inside === undefined ? [] : [runEach((context) => context.of(kind), insideOf)]),
  ];
}

/** What is written in a resource as one of another kind is looked at as those are, and told of where it stands. */
function insideOf<K extends Kind>(outer: Resource<K>, context: CheckContext): readonly Found[] {
  const inside = relationsOf(outer.kind as K).inside?.(outer) ?? [];
  return inside.flatMap(({ resource, path: at }) =>
    [...eachOf(resource, context), ...GENERAL.flatMap((rule) => withCode(rule, rule.each(resource, context)))].map(
      (found) => ({ ...found, resource: formatRef(refOf(outer)), path: [...at, ...(found.path ?? [])] }),
    ),
  );
}

function eachOf<K extends Kind>(resource: Resource<K>, context: CheckContext): readonly Found[] {
  return relationsOf(resource.kind as K).checks.flatMap((rule) =>
    "each" in rule ? withCode(rule, rule.each(resource, context)) : [],
  );
}

function runOf<K extends Kind>(kind: K, rule: KindCheck<K>): CheckRun {
  const all = (context: CheckContext) => context.of(kind);
  return "each" in rule
    ? runEach(all, (resource, context) => withCode(rule, rule.each(resource, context)))
    : runWhole((context) => withCode(rule, rule.check(all(context), context)));
}

function withCode({ code }: Pick<ResourceCheck, "code">, findings: readonly Finding[]): readonly Found[] {
  return findings.map((finding) => ({ code, ...finding }));
}

/** What a resource has wrong with itself. */
function alone(resource: AnyResource): readonly Found[] {
  return validateResource(resource).map((issue) => ({ resource: formatRef(refOf(resource)), ...issue }));
}

function inOrder(left: Found, right: Found): number {
  return (
    compare(left.resource, right.resource) || compare(pathOf(left), pathOf(right)) || compare(left.code, right.code)
  );
}

function pathOf({ path = [] }: Diagnostic): string {
  return formatPath(path);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
