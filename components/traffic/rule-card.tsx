"use client";
import { ArrowDown, ArrowUp, ChevronRight, Trash2 } from "lucide-react";
import { useState } from "react";
import { OtherFieldsNote } from "#components/editor/other-fields-note.tsx";
import { DestinationFields } from "#components/traffic/destination-fields.tsx";
import { MatchFields } from "#components/traffic/match-fields.tsx";
import { ResilienceFields } from "#components/traffic/resilience-fields.tsx";
import type { RuleFieldsProps } from "#components/traffic/rule-fields.ts";
import { Button } from "#components/ui/button.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { rulePath } from "#core/form/routing-edits.ts";

/** One rule: which requests, where to, and what happens on the way. Rules are tried in order. */
export function RuleCard(props: RuleFieldsProps) {
  const { index, rule, form, context } = props;
  const isSet =
    rule.timeout !== "" || rule.retries !== null || rule.delay !== null || rule.abort !== null || rule.mirror !== null;
  const [isOpen, setIsOpen] = useState(isSet);
  const count = form.rules.length;
  const name = `Rule ${index + 1}`;
  const move = (to: number) => context.edit([{ op: "move", path: rulePath(index), to }]);
  return (
    <section aria-label={name} data-testid="rule" className="rounded-lg border border-line bg-surface">
      <header className="flex items-center gap-2 border-line border-b px-4 py-2">
        <h2 className="font-medium text-ink text-sm">
          {name}
          {rule.name === "" ? null : <span className="ml-2 font-normal text-subtle">{rule.name}</span>}
        </h2>
        {rule.matches.length === 0 && index < count - 1 ? (
          <span className="text-warn-text text-xs">takes every request: the rules after it get none</span>
        ) : null}
        <div className="ml-auto flex">
          {count < 2 ? null : (
            <>
              <IconButton size="sm" label={`Move ${name} up`} disabled={index === 0} onClick={() => move(index - 1)}>
                <ArrowUp aria-hidden />
              </IconButton>
              <IconButton
                size="sm"
                label={`Move ${name} down`}
                disabled={index === count - 1}
                onClick={() => move(index + 1)}
              >
                <ArrowDown aria-hidden />
              </IconButton>
              <IconButton
                size="sm"
                label={`Remove ${name}`}
                onClick={() => context.edit([{ op: "delete", path: rulePath(index) }])}
              >
                <Trash2 aria-hidden />
              </IconButton>
            </>
          )}
        </div>
      </header>
      <div className="flex flex-col gap-5 p-4">
        <MatchFields {...props} />
        {rule.destinations.length === 0 &&
        rule.other.some((path) => /\.(redirect|directResponse|delegate)$/.test(path)) ? null : (
          <DestinationFields {...props} />
        )}
        <div>
          <Button size="sm" variant="ghost" className="-ml-2" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
            <ChevronRight aria-hidden className={isOpen ? "rotate-90" : ""} /> Timeout, retries, faults, copies
          </Button>
          {isOpen ? (
            <div className="mt-3">
              <ResilienceFields {...props} />
            </div>
          ) : null}
        </div>
        <OtherFieldsNote paths={rule.other} />
      </div>
    </section>
  );
}
