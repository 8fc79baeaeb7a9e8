"use client";
import type { FormContext } from "#components/editor/form-context.ts";
import { OtherFieldsNote } from "#components/editor/other-fields-note.tsx";
import { TargetField } from "#components/security/target-field.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import type { Catalog } from "#core/form/catalog.ts";
import { formField } from "#core/form/form-field.ts";
import { openDraft } from "#core/form/open-draft.ts";
import { otherFields } from "#core/form/other-fields.ts";
import { PEER_AUTHENTICATION } from "#core/kinds/peer-authentication/schema.ts";

const MODES = formField("PeerAuthentication", ["spec", "mtls", "mode"]).options;

/** The form of a PeerAuthentication: on what, and which connections it takes. */
export function PeerAuthenticationFields({
  context,
  catalog,
}: {
  readonly context: FormContext;
  readonly catalog: Catalog;
}) {
  const { name, namespace, spec } = openDraft(PEER_AUTHENTICATION, context.value);
  return (
    <Card title="Mutual TLS">
      <div className="flex flex-col gap-4">
        <TargetField
          name={name}
          namespace={namespace}
          selector={spec.selector?.matchLabels ?? {}}
          catalog={catalog}
          context={context}
        />
        <Field label="Accepts" className="max-w-md" error={context.problemAt(["spec", "mtls"])}>
          <Select
            value={spec.mtls?.mode ?? "UNSET"}
            options={MODES}
            onValueChange={(value) => context.edit([{ op: "set", path: ["spec", "mtls", "mode"], value }])}
          />
        </Field>
        <OtherFieldsNote paths={otherFields(context.value, ["spec"], ["selector", "mtls"])} />
      </div>
    </Card>
  );
}
