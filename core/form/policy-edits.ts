import { isOnly, type OperationField, type PolicyForm, type PolicyRuleForm } from "#core/form/policy-form.ts";
import { listOf, recordOf } from "#core/form/read-loosely.ts";
import type { DocumentEdit } from "#core/resource/edit-document.ts";
import type { Path } from "#core/schema/path.ts";

export function policyRulePath(rule: number, ...rest: Path): Path {
  return ["spec", "rules", rule, ...rest];
}

/**
 * Callers by identity and by namespace, any of them; sources that the form does not show stay as they are. Without any
 * the rule names nobody, which is an error: a list that was emptied must not come to mean everyone.
 */
export function setCallers(
  document: unknown,
  rule: number,
  callers: Pick<PolicyRuleForm, "principals" | "namespaces">,
): DocumentEdit[] {
  const before = listOf(recordOf(listOf(recordOf(recordOf(document).spec).rules)[rule]).from);
  const left: Record<"principals" | "namespaces", readonly string[]> = { ...callers };
  const from: unknown[] = [];
  for (const entry of before) {
    const source = recordOf(recordOf(entry).source);
    const name = isOnly(source, "principals") ? "principals" : isOnly(source, "namespaces") ? "namespaces" : undefined;
    if (name === undefined) from.push(entry);
    else if (left[name].length > 0) {
      from.push({ source: { [name]: [...left[name]] } });
      left[name] = [];
    }
  }
  for (const name of ["principals", "namespaces"] as const)
    if (left[name].length > 0) from.push({ source: { [name]: [...left[name]] } });
  const value = from.length === 0 ? [{ source: { principals: [] } }] : from;
  return [{ op: "set", path: policyRulePath(rule, "from"), value }];
}

/** Whoever calls. */
export function setAnyone(rule: number): DocumentEdit[] {
  return [{ op: "delete", path: policyRulePath(rule, "from") }];
}

/** Methods, paths, hosts, ports of the first operation; with its last member it goes, and with the last one `to`. */
export function setOperation(
  document: unknown,
  rule: number,
  field: OperationField,
  values: readonly string[],
): DocumentEdit[] {
  const operations = listOf(recordOf(listOf(recordOf(recordOf(document).spec).rules)[rule]).to);
  if (values.length > 0)
    return [{ op: "set", path: policyRulePath(rule, "to", 0, "operation", field), value: [...values] }];
  const members = Object.keys(recordOf(recordOf(operations[0]).operation));
  if (members.some((name) => name !== field))
    return [{ op: "delete", path: policyRulePath(rule, "to", 0, "operation", field) }];
  return [{ op: "delete", path: policyRulePath(rule, "to", ...(operations.length > 1 ? [0] : [])) }];
}

/** A request header whose value must be one of these. */
export function setHeaderCondition(
  rule: number,
  form: PolicyRuleForm,
  index: number,
  name: string,
  values: readonly string[],
): DocumentEdit[] {
  const value = { key: `request.headers[${name}]`, values: [...values] };
  const path = policyRulePath(rule, "when", index);
  return [index >= form.conditions.length ? { op: "insert", path, value } : { op: "set", path, value }];
}

export function removeCondition(rule: number, form: PolicyRuleForm, index: number): DocumentEdit[] {
  return [{ op: "delete", path: policyRulePath(rule, "when", ...(form.conditions.length > 1 ? [index] : [])) }];
}

export function setSelector(labels: Readonly<Record<string, string>>): DocumentEdit[] {
  return Object.keys(labels).length === 0
    ? [{ op: "delete", path: ["spec", "selector"] }]
    : [{ op: "set", path: ["spec", "selector", "matchLabels"], value: { ...labels } }];
}

/** An empty rule matches every request, so a new one asks for its callers. */
export function addPolicyRule(form: PolicyForm): DocumentEdit[] {
  const value = { from: [{ source: { principals: [] } }] };
  return [{ op: "insert", path: policyRulePath(form.rules?.length ?? 0), value }];
}
