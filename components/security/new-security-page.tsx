"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { EditorPage } from "#components/editor/editor-page.tsx";
import { SecurityEditor } from "#components/security/security-editor.tsx";
import type { SecurityKind } from "#components/security/security-kind.ts";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { Catalog } from "#core/form/catalog.ts";
import { findService } from "#core/form/find-service.ts";
import { newDocument } from "#core/form/new-document.ts";
import { newPolicy } from "#core/form/new-policy.ts";
import { freeName } from "#core/form/new-routing.ts";
import type { ResourceSummary } from "#core/view/config.ts";

const SECTION = { label: "Security", href: "/security" };

/** What a link to a new policy may say. */
export interface NewSecurity {
  readonly kind: SecurityKind;
  readonly namespace: string;
  /** Service to protect. */
  readonly host: string | null;
  readonly principals: readonly string[];
  readonly action: "ALLOW" | "DENY";
}

/** A new policy by form, begun with what the link says. */
export function NewSecurityPage(given: NewSecurity) {
  const trpc = useTRPC();
  const catalog = useQuery(trpc.services.names.queryOptions());
  const policies = useQuery(trpc.config.list.queryOptions({ kinds: ["AuthorizationPolicy", "PeerAuthentication"] }));
  return (
    <EditorPage
      section={SECTION}
      title={given.kind === "PeerAuthentication" ? "New mTLS policy" : "Allow or deny callers"}
      description={given.kind === "PeerAuthentication" ? "Which connections workloads accept" : "Who may call what"}
    >
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
  const [initial] = useState(() => ({ ref: null, text: beginText(given, catalog, existing), resourceVersion: null }));
  return <SecurityEditor kind={given.kind} label={`new ${given.kind}`} initial={initial} catalog={catalog} />;
}

function beginText(given: NewSecurity, catalog: Catalog, existing: readonly ResourceSummary[]): string {
  const service = given.host === null ? undefined : findService(catalog, given.host, given.namespace);
  const namespace = service?.namespace ?? given.namespace;
  const takenNames = existing
    .filter((each) => each.kind === given.kind && each.namespace === namespace)
    .map(({ name }) => name);
  if (given.kind === "PeerAuthentication")
    return newDocument(given.kind, namespace, freeName(service?.name ?? "default", takenNames), {
      ...(service === undefined ? {} : { selector: { matchLabels: service.labels } }),
      mtls: { mode: "STRICT" },
    });
  return newPolicy({
    namespace,
    action: given.action,
    targetName: service?.name ?? namespace,
    selector: service?.labels ?? {},
    principals: given.principals,
    takenNames,
  });
}
