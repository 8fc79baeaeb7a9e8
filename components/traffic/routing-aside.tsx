"use client";
import type { FormContext } from "#components/editor/form-context.ts";
import { Card } from "#components/ui/card.tsx";
import { cx } from "#components/ui/cx.ts";
import { openDraft } from "#core/form/open-draft.ts";
import { describeConnections } from "#core/kinds/virtual-service/describe-connections.ts";
import { describeRoutes } from "#core/kinds/virtual-service/describe-routes.ts";
import { VIRTUAL_SERVICE } from "#core/kinds/virtual-service/schema.ts";

/** The routing in sentences, in the order in which rules are tried. */
export function RoutingAside({ context }: { readonly context: FormContext }) {
  const { spec } = openDraft(VIRTUAL_SERVICE, context.value);
  const sentences = [...describeRoutes(spec.http), ...describeConnections(spec)];
  return (
    <Card title="In words">
      {sentences.length === 0 ? <p className="text-muted text-sm">No rule yet: nothing is routed.</p> : null}
      <ol
        className={cx(
          "flex flex-col gap-2 text-muted text-sm marker:text-subtle",
          sentences.length > 1 && "list-decimal pl-5",
        )}
      >
        {sentences.map((sentence) => (
          <li key={sentence} className="break-words">
            {sentence}
          </li>
        ))}
      </ol>
    </Card>
  );
}
