"use client";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { Combobox } from "#components/ui/combobox.tsx";
import { Field } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { TextInput } from "#components/ui/text-input.tsx";
import type { Catalog } from "#core/form/catalog.ts";
import type { Exposure } from "#core/form/expose-service.ts";
import { writeLabels } from "#core/kinds/write-labels.ts";
import type { CredentialView } from "#core/view/credential.ts";
import type { GatewayView } from "#core/view/gateway.ts";

export interface ExposeForm {
  /** `host:port` in the mesh. */
  readonly service: string;
  readonly host: string;
  /** Labels, `key=value, …`. */
  readonly gateway: string;
  /** Empty: without TLS. */
  readonly credential: string;
  readonly redirects: boolean;
}

const DEFAULT_LABELS = "istio=ingressgateway";
const NO_TLS = "";

function parseLabels(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(",").flatMap((pair) => {
      const [key = "", value = ""] = pair.trim().split("=");
      return key === "" ? [] : [[key, value]];
    }),
  );
}

/** Undefined while something is still to be filled in. */
export function exposureOf(form: ExposeForm, services: Catalog["services"]): Exposure | undefined {
  const at = form.service.lastIndexOf(":");
  const [service, port] = [form.service.slice(0, at), Number(form.service.slice(at + 1))];
  const known = services.find(({ host }) => host === service);
  if (known === undefined || form.host.trim() === "") return undefined;
  return {
    service,
    port,
    namespace: known.namespace,
    host: form.host.trim(),
    selector: parseLabels(form.gateway || DEFAULT_LABELS),
    credential: form.credential === NO_TLS ? undefined : form.credential,
    redirects: form.redirects,
  };
}

export interface ExposeFieldsProps {
  readonly form: ExposeForm;
  readonly onFormChange: (form: ExposeForm) => void;
  readonly services: Catalog["services"];
  readonly credentials: readonly CredentialView[];
  readonly gateways: readonly GatewayView[];
}

/** What is exposed, under which name, where, and with which certificate. */
export function ExposeFields({ form, onFormChange, services, credentials, gateways }: ExposeFieldsProps) {
  const set = (more: Partial<ExposeForm>) => onFormChange({ ...form, ...more });
  const ports = services.flatMap(({ host, ports: all }) => all.map(({ number }) => `${host}:${number}`));
  const labels = gateways.map(({ selector }) => writeLabels(selector).join(", "));
  const pairs = credentials.flatMap(({ name, facts }) =>
    facts.kind === "damaged" || facts.certificate === undefined ? [] : [{ name, names: facts.certificate.names }],
  );
  return (
    <div className="grid grid-cols-2 gap-4 max-sm:grid-cols-1">
      <Field label="Service" hint="and the port that requests go to">
        <Combobox
          value={form.service}
          onValueChange={(service) => set({ service })}
          options={ports}
          placeholder="shop.default.svc.cluster.local:80"
        />
      </Field>
      <Field label="Host" hint="the name that callers use">
        <TextInput
          isCode
          value={form.host}
          onValueChange={(host) => set({ host })}
          placeholder={pairs.flatMap(({ names }) => names)[0] ?? "shop.example.com"}
        />
      </Field>
      <Field label="Gateway" hint="labels of the workloads that serve it">
        <Combobox
          isFree
          value={form.gateway || DEFAULT_LABELS}
          onValueChange={(gateway) => set({ gateway })}
          options={[...new Set([DEFAULT_LABELS, ...labels.filter((each) => each !== "")])]}
        />
      </Field>
      <Field
        label="Certificate"
        hint={
          pairs.length === 0 ? "none is stored yet: add a credential first" : "a credential of the gateway's namespace"
        }
      >
        <Select
          value={form.credential}
          onValueChange={(credential) => set({ credential })}
          options={[
            { value: NO_TLS, label: "none: plain HTTP" },
            ...[...new Map(pairs.map((each) => [each.name, each])).values()].map(({ name, names }) => ({
              value: name,
              label: `${name} (${names.join(", ")})`,
            })),
          ]}
        />
      </Field>
      {form.credential === NO_TLS ? null : (
        <div className="col-span-full">
          <Checkbox
            isChecked={form.redirects}
            onChange={(redirects) => set({ redirects })}
            label="Send callers without TLS to HTTPS"
          />
        </div>
      )}
    </div>
  );
}
