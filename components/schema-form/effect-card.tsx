"use client";
import type { FormContext } from "#components/editor/form-context.ts";
import { Card } from "#components/ui/card.tsx";
import { describeDraft } from "#core/form/describe-draft.ts";

/** What the document does, in a line, as lists say it. */
export function EffectCard({ context }: { readonly context: FormContext }) {
  const effect = describeDraft(context.value);
  if (effect === "") return null;
  return (
    <Card title="In words">
      <p className="text-ink text-sm [overflow-wrap:anywhere]">{effect}</p>
    </Card>
  );
}
