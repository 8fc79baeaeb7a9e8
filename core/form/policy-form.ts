import { otherFields } from "#core/form/other-fields.ts";
import { listOf, recordOf, textMapOf, textOf, textsOf } from "#core/form/read-loosely.ts";
import { formatPath, type Path } from "#core/schema/path.ts";

export type PolicyAction = "ALLOW" | "DENY" | "AUDIT";

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
  /** Labels of the workloads that enforce it; none means all of the namespace. */
  readonly selector: Readonly<Record<string, string>>;
  /** Null when the document has no `rules`: then an ALLOW allows nothing. */
  readonly rules: readonly PolicyRuleForm[] | null;
  readonly other: readonly string[];
}

export function readPolicyForm(value: unknown): PolicyForm {
  const metadata = recordOf(recordOf(value).metadata);
  const spec = recordOf(recordOf(value).spec);
  const action = textOf(spec.action);
  return {
    name: textOf(metadata.name),
    namespace: textOf(metadata.namespace) || "default",
    action: action === "DENY" || action === "AUDIT" ? action : "ALLOW",
    selector: textMapOf(recordOf(spec.selector).matchLabels),
    rules: Array.isArray(spec.rules) ? spec.rules.map((rule, index) => readRule(rule, ["spec", "rules", index])) : null,
    other: otherFields(spec, ["spec"], ["selector", "action", "rules"]),
  };
}

function readRule(value: unknown, at: Path): PolicyRuleForm {
  const rule = recordOf(value);
  const sources = listOf(rule.from).map((each) => recordOf(recordOf(each).source));
  const operations = listOf(rule.to).map((each) => recordOf(recordOf(each).operation));
  const operation = operations[0] ?? {};
  return {
    isAnyone: rule.from === undefined,
    principals: sources
      .filter((source) => isOnly(source, "principals"))
      .flatMap((source) => textsOf(source.principals)),
    namespaces: sources
      .filter((source) => isOnly(source, "namespaces"))
      .flatMap((source) => textsOf(source.namespaces)),
    methods: textsOf(operation.methods),
    paths: textsOf(operation.paths),
    hosts: textsOf(operation.hosts),
    ports: textsOf(operation.ports),
    conditions: listOf(rule.when).map((each) => {
      const condition = recordOf(each);
      return { key: textOf(condition.key), values: textsOf(condition.values) };
    }),
    other: [
      ...sources.flatMap((source, index) =>
        isOnly(source, "principals") || isOnly(source, "namespaces")
          ? []
          : [formatPath([...at, "from", index, "source"])],
      ),
      ...otherFields(operation, [...at, "to", 0, "operation"], OPERATION_FIELDS),
      ...operations.slice(1).map((_, index) => formatPath([...at, "to", index + 1, "operation"])),
      ...listOf(rule.when).flatMap((each, index) => otherFields(each, [...at, "when", index], ["key", "values"])),
      ...otherFields(rule, at, ["from", "to", "when"]),
    ],
  };
}

/** Callers by identity or by namespace are any-of only when each stands in a source of its own. */
export function isOnly(source: Readonly<Record<string, unknown>>, name: "principals" | "namespaces"): boolean {
  const names = Object.keys(source);
  return names.length === 1 && names[0] === name;
}
