"use client";
import { Plus, X } from "lucide-react";
import { CommitInput } from "#components/editor/commit-input.tsx";
import { OtherFieldsNote } from "#components/editor/other-fields-note.tsx";
import { ConditionRow } from "#components/traffic/condition-row.tsx";
import type { RuleFieldsProps } from "#components/traffic/rule-fields.ts";
import { Button } from "#components/ui/button.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { Menu } from "#components/ui/menu.tsx";
import {
  addCondition,
  type ConditionKind,
  type NamedKind,
  namedPath,
  removeCondition,
  removeMatch,
  renameNamed,
  rulePath,
  setCondition,
  setNamed,
} from "#core/form/routing-edits.ts";
import type { MatchForm } from "#core/form/routing-form.ts";

const KIND_LABEL = {
  uri: "Path",
  method: "Method",
  header: "Header",
  query: "Query parameter",
} as const satisfies Record<ConditionKind, string>;
const NAMED = [
  { kind: "header", field: "headers" },
  { kind: "query", field: "queryParams" },
] as const satisfies readonly { kind: NamedKind; field: keyof MatchForm }[];

/** Which requests a rule takes: any of its matches, in each of which all conditions hold. */
export function MatchFields(props: RuleFieldsProps) {
  const { index, rule, context } = props;
  const add = (match: number, kind: ConditionKind) => context.edit(addCondition(index, rule, match, kind));
  return (
    <fieldset>
      <legend className="mb-1.5 font-medium text-ink text-xs">For requests</legend>
      {rule.matches.length === 0 ? (
        <p className="mb-2 text-muted text-sm">All of them. Add a condition to take only some.</p>
      ) : null}
      {rule.matches.map((match, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: matches are their places in the document
        <div key={at}>
          {at === 0 ? null : (
            <p aria-hidden className="my-1.5 flex items-center gap-2 text-subtle text-xs">
              or <span className="h-px flex-1 bg-line" />
            </p>
          )}
          <Match {...props} at={at} match={match} onAdd={(kind) => add(at, kind)} />
        </div>
      ))}
      <AddCondition
        label={rule.matches.length === 0 ? "Add condition" : "Or other requests"}
        kinds={["uri", "method", "header", "query"]}
        onAdd={(kind) => add(rule.matches.length, kind)}
      />
    </fieldset>
  );
}

interface MatchProps extends RuleFieldsProps {
  readonly at: number;
  readonly match: MatchForm;
  readonly onAdd: (kind: ConditionKind) => void;
}

function Match({ index, rule, context, at, match, onAdd }: MatchProps) {
  // One without a name at a time: two could not be told apart in the document.
  const missing = [
    ...(["uri", "method"] as const).filter((kind) => match[kind] === null),
    ...NAMED.filter(({ field }) => match[field].every(({ name }) => name !== "")).map(({ kind }) => kind),
  ];
  return (
    <fieldset aria-label={`Match ${at + 1}`} className="rounded-md border border-line px-3 py-2">
      <ul>
        {(["uri", "method"] as const).map((kind) => {
          const value = match[kind];
          return value === null ? null : (
            <ConditionRow
              key={kind}
              name={KIND_LABEL[kind]}
              match={value}
              operators={["exact", "prefix", "regex"]}
              placeholder={kind === "uri" ? "/api" : "GET"}
              problem={context.problemAt(rulePath(index, "match", at, kind))}
              onChange={(next) => context.edit(setCondition(index, at, kind, next))}
              onRemove={() => context.edit(removeCondition(index, rule, at, { kind }))}
            />
          );
        })}
        {NAMED.flatMap(({ kind, field }) =>
          match[field].map((condition, order) => {
            const place = { match: at, kind, name: condition.name };
            const label = KIND_LABEL[kind];
            return (
              <ConditionRow
                // biome-ignore lint/suspicious/noArrayIndexKey: its name changes while it is typed
                key={`${kind} ${order}`}
                name={`${label} ${condition.name}`.trim()}
                nameField={
                  <CommitInput
                    label={`${label} name`}
                    placeholder={`${label.toLowerCase()} name`}
                    isFresh
                    value={condition.name}
                    refuse={(name) =>
                      match[field].some((other) => other.name === name) ? `${name} appears twice` : undefined
                    }
                    onCommit={(name) => context.edit(renameNamed(index, rule, place, name))}
                  />
                }
                match={condition}
                operators={["exact", "prefix", "regex", "present"]}
                placeholder="value"
                problem={context.problemAt(namedPath(index, place))}
                onChange={(next) => context.edit(setNamed(index, place, next))}
                onRemove={() => context.edit(removeCondition(index, rule, at, { kind, name: condition.name }))}
              />
            );
          }),
        )}
      </ul>
      <OtherFieldsNote paths={match.other} />
      <div className="flex items-center">
        {missing.length === 0 ? null : <AddCondition label="And" kinds={missing} onAdd={onAdd} />}
        {rule.matches.length > 1 ? (
          <IconButton
            size="sm"
            label={`Remove match ${at + 1}`}
            className="ml-auto"
            onClick={() => context.edit(removeMatch(index, rule, at))}
          >
            <X aria-hidden />
          </IconButton>
        ) : null}
      </div>
    </fieldset>
  );
}

interface AddConditionProps {
  readonly label: string;
  readonly kinds: readonly ConditionKind[];
  readonly onAdd: (kind: ConditionKind) => void;
}

function AddCondition({ label, kinds, onAdd }: AddConditionProps) {
  return (
    <Menu
      align="start"
      trigger={
        <Button size="sm" variant="ghost" className="mt-1 -ml-1">
          <Plus aria-hidden /> {label}
        </Button>
      }
      entries={kinds.map((kind) => ({ kind: "action", label: KIND_LABEL[kind], onSelect: () => onAdd(kind) }))}
    />
  );
}
