"use client";
import { ChevronRight, Trash2 } from "lucide-react";
import { useState } from "react";
import type { FormContext } from "#components/editor/form-context.ts";
import { OtherFieldsNote } from "#components/editor/other-fields-note.tsx";
import { problemAt } from "#components/editor/problem-at.ts";
import { HeaderConditions } from "#components/security/header-conditions.tsx";
import type { PrincipalNames } from "#components/security/principal-names.ts";
import { Button } from "#components/ui/button.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { ChipInput } from "#components/ui/chip-input.tsx";
import { Field } from "#components/ui/field.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { formField } from "#core/form/form-field.ts";
import { policyRulePath, setAnyone, setCallers, setOperation } from "#core/form/policy-edits.ts";
import type { OperationField, PolicyAction, PolicyRuleForm } from "#core/form/policy-form.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const VERB = { ALLOW: "Allow", DENY: "Deny", AUDIT: "Note", CUSTOM: "Ask about" } as const satisfies Record<
  PolicyAction,
  string
>;

export interface PolicyRuleCardProps {
  readonly index: number;
  readonly count: number;
  readonly rule: PolicyRuleForm;
  readonly action: PolicyAction;
  readonly names: PrincipalNames;
  readonly namespaces: readonly string[];
  readonly hosts: readonly string[];
  readonly context: FormContext;
}

/** One rule of a policy: who, and what of it. */
export function PolicyRuleCard({ index, count, rule, action, names, namespaces, hosts, context }: PolicyRuleCardProps) {
  const hasMore = rule.hosts.length + rule.ports.length + rule.conditions.length > 0;
  const isNobody =
    !rule.isAnyone &&
    rule.principals.length + rule.namespaces.length === 0 &&
    !rule.other.some((path) => path.includes(".from["));
  // Who is not there yet is marked on the names themselves.
  const otherProblems = context.diagnostics.filter(
    ({ code }) => code !== "principal-not-found" && code !== "namespace-not-found",
  );
  const [isOpen, setIsOpen] = useState(hasMore);
  const list = (field: OperationField, label: string, options: readonly string[]) => {
    const path = policyRulePath(index, "to", 0, "operation", field);
    return (
      <Field label={label} hint={formField("AuthorizationPolicy", path).hint} error={context.problemAt(path)}>
        <ChipInput
          label={label}
          placeholder="any"
          values={rule[field]}
          options={options}
          onValuesChange={(values) => context.edit(setOperation(context.value, index, field, values))}
        />
      </Field>
    );
  };
  return (
    <section
      aria-label={`Rule ${index + 1}`}
      data-testid="policy-rule"
      className="rounded-lg border border-line bg-surface"
    >
      <header className="flex min-h-10 items-center border-line border-b px-4 py-1.5">
        <h2 className="font-medium text-ink text-sm">
          {VERB[action]} {count > 1 ? `· rule ${index + 1} of ${count}` : ""}
        </h2>
        {count < 2 ? null : (
          <IconButton
            size="sm"
            label={`Remove rule ${index + 1}`}
            className="ml-auto"
            onClick={() => context.edit([{ op: "delete", path: policyRulePath(index) }])}
          >
            <Trash2 aria-hidden />
          </IconButton>
        )}
      </header>
      <div className="flex flex-col gap-4 p-4">
        <div className="grid gap-4 md:grid-cols-2">
          <Field
            label="Callers"
            hint={isNobody ? "by service account; choose at least one, or anyone" : "by service account"}
            error={
              isNobody && context.isAttempted
                ? "choose at least one caller, or anyone"
                : problemAt(otherProblems, policyRulePath(index, "from"))
            }
          >
            <ChipInput
              label="Callers"
              placeholder={rule.isAnyone ? "anyone" : "choose who"}
              values={rule.principals.map(names.toName)}
              options={names.options}
              doubtOf={names.doubtOf}
              onValuesChange={(values) =>
                context.edit(
                  setCallers(context.value, index, {
                    principals: values.map(names.toPrincipal),
                    namespaces: rule.namespaces,
                  }),
                )
              }
            />
          </Field>
          <Field label="Or any caller in namespace">
            <ChipInput
              label="Or any caller in namespace"
              placeholder="none"
              values={rule.namespaces}
              options={namespaces}
              doubtOf={(name) =>
                name.includes("*") || namespaces.includes(name) ? null : "nothing is in this namespace yet"
              }
              onValuesChange={(values) =>
                context.edit(setCallers(context.value, index, { principals: rule.principals, namespaces: values }))
              }
            />
          </Field>
          <Checkbox
            className="md:col-span-2"
            label="Anyone, with or without an identity"
            isChecked={rule.isAnyone}
            onChange={(isChecked) =>
              context.edit(
                isChecked ? setAnyone(index) : setCallers(context.value, index, { principals: [], namespaces: [] }),
              )
            }
          />
          {list("methods", "Methods", METHODS)}
          {list("paths", "Paths", [])}
        </div>
        <div>
          <Button size="sm" variant="ghost" className="-ml-2" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
            <ChevronRight aria-hidden className={isOpen ? "rotate-90" : ""} /> Host, port, headers
          </Button>
          {isOpen ? (
            <div className="mt-3 flex flex-col gap-4">
              <div className="grid gap-4 md:grid-cols-2">
                {list("hosts", "Hosts", hosts)}
                {list("ports", "Ports", [])}
              </div>
              <HeaderConditions index={index} rule={rule} context={context} />
            </div>
          ) : null}
        </div>
        <OtherFieldsNote paths={rule.other} />
      </div>
    </section>
  );
}
