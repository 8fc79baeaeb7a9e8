"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { EditorPage } from "#components/editor/editor-page.tsx";
import { ResourceByline, ResourceTitle } from "#components/editor/resource-header.tsx";
import { SecurityEditor } from "#components/security/security-editor.tsx";
import type { SecurityKind } from "#components/security/security-kind.ts";
import { Breadcrumbs } from "#components/ui/breadcrumbs.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageQuery } from "#components/ui/page-query.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { Catalog } from "#core/form/catalog.ts";
import type { ResourceDetail } from "#core/view/config.ts";

const SECTION = { label: "Security", href: "/security" };

/** One policy, to read and to edit. */
export function SecurityResourcePage({ reference, kind }: { readonly reference: string; readonly kind: SecurityKind }) {
  const trpc = useTRPC();
  const resource = useQuery(trpc.config.get.queryOptions({ ref: reference }));
  const catalog = useQuery(trpc.services.names.queryOptions());
  const parts = reference.split("/");
  const frame = {
    title: parts[2] ?? reference,
    above: <Breadcrumbs items={[SECTION]} />,
    skeleton: <SkeletonRows rows={8} />,
  };
  // The editor draws its own page, and what stands in for it the same frame.
  const isDrawn = resource.data !== undefined && catalog.data !== undefined;
  const editor = (
    <PageQuery query={resource} what={reference} tellsGone {...frame}>
      {(detail) => (
        <PageQuery query={catalog} what="the names of services" {...frame}>
          {(names) => <Editor key={reference} kind={kind} resource={detail} catalog={names} />}
        </PageQuery>
      )}
    </PageQuery>
  );
  return isDrawn ? editor : <Page>{editor}</Page>;
}

interface EditorProps {
  readonly kind: SecurityKind;
  readonly resource: ResourceDetail;
  readonly catalog: Catalog;
}

function Editor({ kind, resource, catalog }: EditorProps) {
  const [initial] = useState({ ref: resource.ref, text: resource.text, resourceVersion: resource.resourceVersion });
  return (
    <EditorPage
      section={SECTION}
      title={<ResourceTitle resource={resource} />}
      description={<ResourceByline resource={resource} />}
    >
      <SecurityEditor kind={kind} label={`${resource.kind} ${resource.name}`} initial={initial} catalog={catalog} />
    </EditorPage>
  );
}
