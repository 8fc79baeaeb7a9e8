"use client";
import { Plus, X } from "lucide-react";
import { CommitInput } from "#components/editor/commit-input.tsx";
import type { FormContext } from "#components/editor/form-context.ts";
import { Button } from "#components/ui/button.tsx";
import { ChipInput } from "#components/ui/chip-input.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { policyRulePath, removeCondition, setHeaderCondition } from "#core/form/policy-edits.ts";
import type { PolicyRuleForm } from "#core/form/policy-form.ts";

export interface HeaderConditionsProps {
  readonly index: number;
  readonly rule: PolicyRuleForm;
  readonly context: FormContext;
}

/** Conditions on request headers; conditions on anything else are shown and kept. */
export function HeaderConditions({ index, rule, context }: HeaderConditionsProps) {
  return (
    <fieldset>
      <legend className="mb-1 font-medium text-ink text-xs">And these conditions hold</legend>
      <ul>
        {rule.conditions.map((condition, at) => {
          const header = /^request\.headers\[(.*)\]$/.exec(condition.key)?.[1];
          const problem = context.problemAt(policyRulePath(index, "when", at));
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: conditions are their places in the document
            <li key={at} className="py-1">
              <div className="flex items-center gap-2">
                <span className="w-44 shrink-0">
                  {header === undefined ? (
                    <code className="font-mono text-xs">{condition.key}</code>
                  ) : (
                    <CommitInput
                      label="Header name"
                      placeholder="header name"
                      isFresh
                      value={header}
                      onCommit={(name) => context.edit(setHeaderCondition(index, rule, at, name, condition.values))}
                    />
                  )}
                </span>
                <span className="shrink-0 text-muted text-sm">is one of</span>
                <ChipInput
                  label={`Values of ${header ?? condition.key}`}
                  className="min-w-0 flex-1"
                  values={condition.values}
                  options={[]}
                  onValuesChange={(values) =>
                    context.edit([{ op: "set", path: policyRulePath(index, "when", at, "values"), value: values }])
                  }
                />
                <IconButton
                  size="sm"
                  label={`Remove the condition on ${header ?? condition.key}`}
                  onClick={() => context.edit(removeCondition(index, rule, at))}
                >
                  <X aria-hidden />
                </IconButton>
              </div>
              {problem === undefined ? null : <p className="mt-1 text-bad-text text-xs">{problem}</p>}
            </li>
          );
        })}
      </ul>
      <Button
        size="sm"
        variant="ghost"
        className="-ml-2"
        onClick={() => context.edit(setHeaderCondition(index, rule, rule.conditions.length, "", []))}
      >
        <Plus aria-hidden /> Add header
      </Button>
    </fieldset>
  );
}
