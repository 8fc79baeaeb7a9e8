import { openDraft } from "#core/form/open-draft.ts";
import { otherFields } from "#core/form/other-fields.ts";
import { recordOf } from "#core/form/read-loosely.ts";
import { isDryRun } from "#core/kinds/authorization-policy/dry-run.ts";
import { AUTHORIZATION_POLICY, type AuthorizationRule } from "#core/kinds/authorization-policy/schema.ts";
import { describeTargets, targetsOf } from "#core/kinds/policy-target.ts";
import { formatPath, type Path } from "#core/schema/path.ts";
import type { Draft } from "#core/schema/read-draft.ts";
import { valueAt } from "#core/schema/value-at.ts";

export type PolicyAction = "ALLOW" | "DENY" | "AUDIT" | "CUSTOM";

export interface ConditionForm {
  readonly key: string;
  readonly values: readonly string[];
}

/** Who (any of them), what (all that is given), and further conditions (all). */
export interface PolicyRuleForm {
  /** No `from`: whoever calls. */
  readonly isAnyone: boolean;
  readonly principals: readonly string[];
  readonly namespaces: readonly string[];
  readonly methods: readonly string[];
  readonly paths: readonly string[];
  readonly hosts: readonly string[];
  readonly ports: readonly string[];
  readonly conditions: readonly ConditionForm[];
  /** Paths of what only YAML shows. */
  readonly other: readonly string[];
}

export type OperationField = "methods" | "paths" | "hosts" | "ports";
const OPERATION_FIELDS = ["methods", "paths", "hosts", "ports"] as const satisfies readonly OperationField[];

/** An AuthorizationPolicy as the form shows it. */
export interface PolicyForm {
  readonly name: string;
  readonly namespace: string;
  readonly action: PolicyAction;
  /** It is only tried: nothing is refused by it. */
  readonly isDryRun: boolean;
  /** Labels of the workloads that enforce it; none means all of the namespace. */
  readonly selector: Readonly<Record<string, string>>;
  /** What it is bound to instead, in words; undefined where it is not. */
  readonly targets: string | undefined;
  /** Null when the document has no `rules`: then an ALLOW allows nothing. */
  readonly rules: readonly PolicyRuleForm[] | null;
  readonly other: readonly string[];
}

export function readPolicyForm(document: unknown): PolicyForm {
  const { name, namespace, spec } = openDraft(AUTHORIZATION_POLICY, document);
  const targets = targetsOf(spec);
  return {
    name,
    namespace,
    action: spec.action ?? "ALLOW",
    isDryRun: isDryRun({ metadata: { name, namespace, annotations: annotationsOf(document) } }),
    selector: spec.selector?.matchLabels ?? {},
    targets: targets.length === 0 ? undefined : describeTargets(targets),
    rules: spec.rules?.map((rule, index) => readRule(document, rule, ["spec", "rules", index])) ?? null,
    other: otherFields(document, ["spec"], ["selector", "action", "rules"]),
  };
}

function annotationsOf(document: unknown): Readonly<Record<string, string>> {
  const written = Object.entries(recordOf(valueAt(document, ["metadata", "annotations"])));
  return Object.fromEntries(written.filter((each): each is [string, string] => typeof each[1] === "string"));
}

function readRule(document: unknown, rule: Draft<AuthorizationRule>, at: Path): PolicyRuleForm {
  const sources = (rule.from ?? []).map(({ source = {} }, index) => ({
    source,
    written: recordOf(valueAt(document, [...at, "from", index, "source"])),
  }));
  const [first = {}, ...operations] = rule.to ?? [];
  const { methods = [], paths = [], hosts = [], ports = [] } = first.operation ?? {};
  return {
    isAnyone: valueAt(document, [...at, "from"]) === undefined,
    principals: sources.flatMap(({ source, written }) =>
      isOnly(written, "principals") ? (source.principals ?? []) : [],
    ),
    namespaces: sources.flatMap(({ source, written }) =>
      isOnly(written, "namespaces") ? (source.namespaces ?? []) : [],
    ),
    methods,
    paths,
    hosts,
    ports,
    conditions: (rule.when ?? []).map(({ key = "", values = [] }) => ({ key, values })),
    other: [
      ...sources.flatMap(({ written }, index) =>
        isOnly(written, "principals") || isOnly(written, "namespaces")
          ? []
          : [formatPath([...at, "from", index, "source"])],
      ),
      ...otherFields(document, [...at, "to", 0, "operation"], OPERATION_FIELDS),
      ...operations.map((_, index) => formatPath([...at, "to", index + 1, "operation"])),
      ...(rule.when ?? []).flatMap((_, index) => otherFields(document, [...at, "when", index], ["key", "values"])),
      ...otherFields(document, at, ["from", "to", "when"]),
    ],
  };
}

/** Callers by identity or by namespace are any-of only when each stands in a source of its own. */
export function isOnly(source: Readonly<Record<string, unknown>>, name: "principals" | "namespaces"): boolean {
  const names = Object.keys(source);
  return names.length === 1 && names[0] === name;
}
