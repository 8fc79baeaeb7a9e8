"use client";
import { type ReactNode, useState } from "react";
import type { Companion, FormContext } from "#components/editor/form-context.ts";
import { LazyYamlEditor } from "#components/editor/lazy-yaml-editor.tsx";
import { problemAt } from "#components/editor/problem-at.ts";
import { ProblemList } from "#components/editor/problem-list.tsx";
import { StandingCard } from "#components/editor/standing-card.tsx";
import type { Draft } from "#components/editor/use-draft.ts";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import type { Diagnostic } from "#core/diagnostic.ts";
import type { OpenDocument } from "#core/form/open-document.ts";
import type { ResourceDetail } from "#core/view/config.ts";

export interface EditStepProps {
  readonly label: string;
  readonly draft: Draft;
  readonly diagnostics: readonly Diagnostic[];
  readonly ownRef: string | null;
  /** Something must still be filled in. */
  readonly isIncomplete: boolean;
  readonly isAttempted: boolean;
  readonly companions: readonly Companion[];
  /** Absent: YAML is all there is. */
  readonly renderForm?: ((context: FormContext) => ReactNode) | undefined;
  /** Beside the form: what it comes to. */
  readonly renderAside?: ((context: FormContext) => ReactNode) | undefined;
  /** The resource as the server has it; null where it is new. */
  readonly standing: ResourceDetail | null;
  readonly view: "form" | "yaml";
  /** Where the YAML opens first. */
  readonly firstLine: number | null;
  readonly onViewChange: (view: "form" | "yaml") => void;
}

/** Form and YAML of one document, and beside them what is wrong and what goes along. */
export function EditStep(props: EditStepProps) {
  const { label, draft, diagnostics, companions, renderForm, view, onViewChange } = props;
  const [goTo, setGoTo] = useState<{ line: number; at: number } | null>(
    props.firstLine === null ? null : { line: props.firstLine, at: 0 },
  );
  const context: FormContext | null =
    draft.document.kind === "open"
      ? {
          value: draft.document.value,
          edit: draft.edit,
          problemAt: (path) => problemAt(diagnostics, path),
          diagnostics,
          isNew: draft.base.ref === null,
          isPristine: draft.isPristine,
          isAttempted: props.isAttempted,
        }
      : null;
  const goToLine = (line: number) => {
    onViewChange("yaml");
    setGoTo({ line, at: Date.now() });
  };
  const own = diagnostics.filter(({ resource }) => resource === undefined || resource === props.ownRef);
  const yamlView = (
    <LazyYamlEditor
      label={`YAML of ${label}`}
      text={draft.text}
      onTextChange={draft.setText}
      diagnostics={[...own, ...brokenAsDiagnostic(draft.document)]}
      goTo={goTo}
    />
  );
  return (
    <div className="grid gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <div className="min-w-0">
        {draft.editProblem === null ? null : (
          <Notice tone="bad" role="alert" className="mb-3" title="The form could not change the document">
            {draft.editProblem}
          </Notice>
        )}
        {renderForm === undefined ? (
          yamlView
        ) : (
          <Tabs
            label="How to edit"
            value={view}
            onValueChange={onViewChange}
            items={[
              {
                value: "form",
                label: "Form",
                content:
                  context === null ? (
                    <FormBlocked document={draft.document} onShowYaml={goToLine} />
                  ) : (
                    renderForm(context)
                  ),
              },
              { value: "yaml", label: "YAML", content: yamlView },
            ]}
          />
        )}
      </div>
      <aside aria-label="What it comes to" className="flex min-w-0 flex-col gap-4 lg:sticky lg:top-16 lg:self-start">
        {context === null || props.renderAside === undefined ? null : props.renderAside(context)}
        {draft.isPristine && diagnostics.length === 0 ? null : (
          <Card title="Problems" testId="problems">
            <ProblemList
              diagnostics={diagnostics}
              onGoToLine={goToLine}
              ownRef={props.ownRef}
              isIncomplete={props.isIncomplete}
            />
          </Card>
        )}
        {props.standing === null ? null : <StandingCard resource={props.standing} />}
        {companions.length === 0 ? null : <CompanionsCard companions={companions} />}
      </aside>
    </div>
  );
}

function FormBlocked({
  document,
  onShowYaml,
}: {
  readonly document: OpenDocument;
  readonly onShowYaml: (line: number) => void;
}) {
  const line = document.kind === "broken" ? document.line : 1;
  const why =
    document.kind === "broken"
      ? `Line ${document.line} cannot be read: ${document.message}.`
      : document.kind === "several"
        ? `The text holds ${document.count} documents, and the form shows one.`
        : "The text is empty.";
  return (
    <Notice
      tone="warn"
      title="The form cannot show this text"
      actions={
        <Button size="sm" onClick={() => onShowYaml(line)}>
          Go to the YAML
        </Button>
      }
    >
      {why} Nothing of it is lost.
    </Notice>
  );
}

function brokenAsDiagnostic(document: OpenDocument): Diagnostic[] {
  return document.kind === "broken"
    ? [{ severity: "error", code: "bad-yaml", message: document.message, line: document.line, column: 1 }]
    : [];
}

function CompanionsCard({ companions }: { readonly companions: readonly Companion[] }) {
  return (
    <Card title="Goes along" description="In the same revision">
      <ul className="flex flex-col gap-3 text-sm">
        {companions.map(({ ref, isNew, what, text }) => (
          <li key={ref}>
            <p className="flex items-center gap-2">
              <Badge tone={isNew ? "ok" : "accent"}>{isNew ? "new" : "changed"}</Badge>
              <span className="min-w-0 break-all font-mono text-xs">{ref}</span>
            </p>
            <p className="mt-1 text-muted">{what}</p>
            <details className="mt-1">
              <summary className="text-accent-text text-xs">Show its YAML</summary>
              <pre className="mt-1 overflow-x-auto rounded-md bg-sunken p-2 font-mono text-2xs">{text}</pre>
            </details>
          </li>
        ))}
      </ul>
    </Card>
  );
}
