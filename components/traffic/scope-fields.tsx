"use client";
import type { FormContext } from "#components/editor/form-context.ts";
import { Card } from "#components/ui/card.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { ChipInput } from "#components/ui/chip-input.tsx";
import { Field } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { TextInput } from "#components/ui/text-input.tsx";
import type { Catalog } from "#core/form/catalog.ts";
import { hostFor } from "#core/form/find-service.ts";
import { setGateways, setText } from "#core/form/routing-edits.ts";
import type { RoutingForm } from "#core/form/routing-form.ts";

/** Whose traffic the routing is about: hosts, and whether from inside the mesh or through gateways. */
export function ScopeFields({
  form,
  catalog,
  context,
}: {
  readonly form: RoutingForm;
  readonly catalog: Catalog;
  readonly context: FormContext;
}) {
  const sources = [
    "mesh",
    ...new Set([
      ...catalog.gateways.map((name) => shorten(name, form.namespace)),
      ...form.gateways.filter((name) => name !== "mesh"),
    ]),
  ];
  const toggle = (source: string, isOn: boolean) =>
    context.edit(setGateways(isOn ? [...form.gateways, source] : form.gateways.filter((each) => each !== source)));
  return (
    <Card title="Applies to">
      <div className="grid gap-4 md:grid-cols-2">
        {context.isNew ? <NameFields form={form} catalog={catalog} context={context} /> : null}
        <Field label="Hosts" error={context.problemAt(["spec", "hosts"])}>
          <ChipInput
            label="Hosts"
            values={form.hosts}
            options={catalog.services.map((service) => hostFor(service, form.namespace))}
            onValuesChange={(hosts) => context.edit([{ op: "set", path: ["spec", "hosts"], value: hosts }])}
          />
        </Field>
        <fieldset>
          <legend className="mb-1.5 font-medium text-ink text-xs">Requests that come</legend>
          <div className="flex flex-wrap gap-x-5 gap-y-2">
            {sources.map((source) => (
              <Checkbox
                key={source}
                label={source === "mesh" ? "from inside the mesh" : `through gateway ${source}`}
                isChecked={form.gateways.includes(source)}
                isDisabled={form.gateways.length === 1 && form.gateways[0] === source}
                onChange={(isOn) => toggle(source, isOn)}
              />
            ))}
          </div>
        </fieldset>
      </div>
    </Card>
  );
}

function NameFields({
  form,
  catalog,
  context,
}: {
  readonly form: RoutingForm;
  readonly catalog: Catalog;
  readonly context: FormContext;
}) {
  return (
    <>
      <Field label="Name" error={context.problemAt(["metadata", "name"])}>
        <TextInput
          isCode
          value={form.name}
          spellCheck={false}
          onValueChange={(name) => context.edit(setText(["metadata", "name"], name))}
        />
      </Field>
      <Field label="Namespace" error={context.problemAt(["metadata", "namespace"])}>
        <Select
          value={form.namespace}
          options={[...new Set([form.namespace, ...catalog.namespaces])].map((value) => ({ value, label: value }))}
          onValueChange={(namespace) => context.edit(setText(["metadata", "namespace"], namespace))}
        />
      </Field>
    </>
  );
}

/** Gateways of one's own namespace go by their name alone. */
function shorten(name: string, namespace: string): string {
  return name.startsWith(`${namespace}/`) ? name.slice(namespace.length + 1) : name;
}
