"use client";
import { useState } from "react";
import { PlanEditor } from "#components/editor/plan-editor.tsx";
import { describeTarget, nameTarget, targetOptions } from "#components/security/target-options.ts";
import { Card } from "#components/ui/card.tsx";
import { ChipInput } from "#components/ui/chip-input.tsx";
import { Field } from "#components/ui/field.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { Select } from "#components/ui/select.tsx";
import { TextInput } from "#components/ui/text-input.tsx";
import type { Catalog } from "#core/form/catalog.ts";
import { findService } from "#core/form/find-service.ts";
import { planTokens } from "#core/form/plan-tokens.ts";
import { matchesLabels } from "#core/resource/labels.ts";
import type { AuthenticationView } from "#core/view/authentication.ts";
import type { ResourceSummary } from "#core/view/config.ts";

export interface TokensFormProps {
  readonly catalog: Catalog;
  readonly view: AuthenticationView;
  /** RequestAuthentications and AuthorizationPolicies. */
  readonly policies: readonly ResourceSummary[];
  /** The service to begin with. */
  readonly host: string | null;
}

interface Filled {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly issuer: string;
  readonly jwksUri: string;
  readonly audiences: readonly string[];
  readonly openPaths: readonly string[];
}

/** Whose tokens, where, for whom, and what goes without. */
export function TokensForm({ catalog, view, policies, host }: TokensFormProps) {
  const [begun] = useState<Filled>(() => {
    const service = host === null ? undefined : findService(catalog, host, "default");
    return {
      namespace: service?.namespace ?? "default",
      labels: service?.labels ?? {},
      ...{ issuer: "", jwksUri: "", audiences: [], openPaths: [] },
    };
  });
  const [form, setForm] = useState(begun);
  const set = (more: Partial<Filled>) => setForm((before) => ({ ...before, ...more }));
  const { namespace, labels } = form;
  const issuer = form.issuer.trim();
  const options = targetOptions(catalog, namespace);
  const chosen = options.find((option) => isSame(option.labels, labels));
  const target = describeTarget(catalog, namespace, labels);
  const checkedBy = findCheck(view, { ...form, issuer });
  const plan =
    issuer === ""
      ? undefined
      : planTokens({
          ...{ namespace, target, issuer, checkedBy, audiences: form.audiences, openPaths: form.openPaths },
          selector: labels,
          jwksUri: form.jwksUri.trim(),
          targetName: nameTarget(catalog, namespace, labels),
          takenNames: policies.flatMap((each) => (each.namespace === namespace ? [each.name] : [])),
        });
  return (
    <PlanEditor
      plan={plan}
      missing={issuer === "" ? "name the issuer of the tokens" : undefined}
      isTouched={form !== begun}
      backHref="/authentication"
      aside={
        checkedBy === undefined ? null : (
          <Notice tone="accent" title="They are checked already">
            {checkedBy} does: what is added is the policy that asks for them.
          </Notice>
        )
      }
    >
      <Card title="Where">
        <div className="grid gap-4 md:grid-cols-2">
          <Field label="Namespace">
            <Select
              value={namespace}
              onValueChange={(next) => set({ namespace: next, labels: {} })}
              options={[...new Set([namespace, ...catalog.namespaces])].map((value) => ({ value, label: value }))}
            />
          </Field>
          <Field label="On">
            <Select
              value={chosen?.value ?? null}
              options={options}
              onValueChange={(value) => set({ labels: options.find((each) => each.value === value)?.labels ?? {} })}
            />
          </Field>
        </div>
      </Card>
      <Card title="Tokens">
        <div className="grid gap-4 md:grid-cols-2">
          <Field label="Issuer" hint="as the iss claim says">
            <TextInput
              isCode
              value={form.issuer}
              onValueChange={(next) => set({ issuer: next })}
              placeholder="https://issuer.example.com"
            />
          </Field>
          <Field label="Keys" hint="where they are fetched; empty: where the issuer says">
            <TextInput
              isCode
              value={form.jwksUri}
              onValueChange={(next) => set({ jwksUri: next })}
              placeholder="https://issuer.example.com/keys"
            />
          </Field>
          <Field label="Audiences" hint="one has to be in the token; empty: any">
            <ChipInput
              label="Audiences"
              values={form.audiences}
              onValuesChange={(audiences) => set({ audiences })}
              options={[]}
            />
          </Field>
          <Field label="Paths without a token" hint="such as /healthz, or /public/*">
            <ChipInput
              label="Paths without a token"
              values={form.openPaths}
              onValuesChange={(openPaths) => set({ openPaths })}
              options={[]}
            />
          </Field>
        </div>
      </Card>
    </PlanEditor>
  );
}

function isSame(one: Filled["labels"], other: Filled["labels"]): boolean {
  return Object.keys(one).length === Object.keys(other).length && matchesLabels(one, other);
}

/** A rule that checks the same tokens at all of the workloads. */
function findCheck({ issuers, mtls, rootNamespace }: AuthenticationView, filled: Filled): string | undefined {
  const meant = mtls
    .filter(
      ({ namespace, labels }) =>
        (filled.namespace === rootNamespace || namespace === filled.namespace) && matchesLabels(labels, filled.labels),
    )
    .map(({ namespace, workload }) => `${namespace}/${workload}`);
  if (meant.length === 0) return undefined;
  return issuers.find(
    ({ issuer, audiences, workloads, location }) =>
      issuer === filled.issuer &&
      (filled.jwksUri.trim() === "" || location === filled.jwksUri.trim()) &&
      // That it takes no others is the policy's to ask.
      (audiences.length === 0 || filled.audiences.every((each) => audiences.includes(each))) &&
      meant.every((each) => workloads.includes(each)),
  )?.ref;
}
