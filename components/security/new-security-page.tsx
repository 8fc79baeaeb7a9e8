"use client";
import { useQuery } from "@tanstack/react-query";
import { type ComponentType, useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import type { EditorInput } from "#components/editor/editor-input.ts";
import { EditorPage } from "#components/editor/editor-page.tsx";
import { AREA_SECTION } from "#components/format/area-section.ts";
import { MtlsEditor } from "#components/security/mtls-editor.tsx";
import { PolicyEditor } from "#components/security/policy-editor.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { Catalog } from "#core/form/catalog.ts";
import { findService } from "#core/form/find-service.ts";
import { newDocument } from "#core/form/new-document.ts";
import { newPolicy } from "#core/form/new-policy.ts";
import { freeName } from "#core/form/new-routing.ts";
import type { FormName } from "#core/kinds/kind.ts";
import { type Kind, kindsIn } from "#core/kinds/kinds.ts";
import type { ResourceSummary } from "#core/view/config.ts";

type SecurityForm = Extract<FormName, "policy" | "mtls">;

/** What a link to a new policy may say. */
export interface NewSecurity {
  readonly kind: Kind;
  readonly form: SecurityForm;
  readonly namespace: string;
  /** Service to protect. */
  readonly host: string | null;
  readonly principals: readonly string[];
  readonly action: "ALLOW" | "DENY";
}

/** A form that begins with what is known, and the text that it begins with. */
interface Beginning {
  readonly title: string;
  readonly description: string;
  readonly editor: ComponentType<EditorInput>;
  begin(given: NewSecurity, about: About): string;
}

interface About {
  readonly service: ReturnType<typeof findService>;
  readonly namespace: string;
  /** Of policies of this kind in that namespace. */
  readonly takenNames: readonly string[];
}

const BEGINNINGS = {
  mtls: {
    title: "New mTLS policy",
    description: "Which connections workloads accept",
    editor: MtlsEditor,
    begin: ({ kind }, { service, namespace, takenNames }) =>
      newDocument(kind, namespace, freeName(service?.name ?? "default", takenNames), {
        ...(service === undefined ? {} : { selector: { matchLabels: service.labels } }),
        mtls: { mode: "STRICT" },
      }),
  },
  policy: {
    title: "Allow or deny callers",
    description: "Who may call what",
    editor: PolicyEditor,
    begin: ({ action, principals }, { service, namespace, takenNames }) =>
      newPolicy({
        namespace,
        action,
        targetName: service?.name ?? namespace,
        selector: service?.labels ?? {},
        principals,
        takenNames,
      }),
  },
} as const satisfies Record<SecurityForm, Beginning>;

/** A new policy by form, begun with what the link says. */
export function NewSecurityPage(given: NewSecurity) {
  const trpc = useTRPC();
  const catalog = useQuery(trpc.services.names.queryOptions());
  const policies = useQuery(trpc.config.list.queryOptions({ kinds: [...kindsIn("security")] }));
  const { title, description } = BEGINNINGS[given.form];
  return (
    <EditorPage section={AREA_SECTION.security} title={title} description={description}>
      <QueryView query={catalog} what="the names of services" skeleton={<SkeletonRows />}>
        {(names) => (
          <QueryView query={policies} what="the policies there are" skeleton={<SkeletonRows />}>
            {(existing) => <NewEditor key={given.kind} given={given} catalog={names} existing={existing} />}
          </QueryView>
        )}
      </QueryView>
    </EditorPage>
  );
}

interface NewEditorProps {
  readonly given: NewSecurity;
  readonly catalog: Catalog;
  readonly existing: readonly ResourceSummary[];
}

function NewEditor({ given, catalog, existing }: NewEditorProps) {
  const { editor: Editor } = BEGINNINGS[given.form];
  const [initial] = useState(() => ({ ref: null, text: beginText(given, catalog, existing), resourceVersion: null }));
  return <Editor label={`new ${given.kind}`} initial={initial} catalog={catalog} />;
}

function beginText(given: NewSecurity, catalog: Catalog, existing: readonly ResourceSummary[]): string {
  const service = given.host === null ? undefined : findService(catalog, given.host, given.namespace);
  const namespace = service?.namespace ?? given.namespace;
  const takenNames = existing
    .filter((each) => each.kind === given.kind && each.namespace === namespace)
    .map(({ name }) => name);
  return BEGINNINGS[given.form].begin(given, { service, namespace, takenNames });
}
