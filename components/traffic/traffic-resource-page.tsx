"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { EditorPage } from "#components/editor/editor-page.tsx";
import { ResourceEditor } from "#components/editor/resource-editor.tsx";
import { ResourceByline, ResourceTitle } from "#components/editor/resource-header.tsx";
import { RoutingEditor } from "#components/traffic/routing-editor.tsx";
import { Breadcrumbs } from "#components/ui/breadcrumbs.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageQuery } from "#components/ui/page-query.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { Catalog } from "#core/form/catalog.ts";
import type { ResourceDetail } from "#core/view/config.ts";

const SECTION = { label: "Traffic", href: "/traffic" };

/** One resource of the traffic configuration, to read and to edit. */
export function TrafficResourcePage({ reference }: { readonly reference: string }) {
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
          {(names) => <Editor key={reference} resource={detail} catalog={names} />}
        </PageQuery>
      )}
    </PageQuery>
  );
  return isDrawn ? editor : <Page>{editor}</Page>;
}

function Editor({ resource, catalog }: { readonly resource: ResourceDetail; readonly catalog: Catalog }) {
  // What the edit began from: newer versions come through the conflict, not under the author's hands.
  const [initial] = useState({ ref: resource.ref, text: resource.text, resourceVersion: resource.resourceVersion });
  const label = `${resource.kind} ${resource.name}`;
  return (
    <EditorPage
      section={SECTION}
      title={<ResourceTitle resource={resource} />}
      description={<ResourceByline resource={resource} />}
    >
      {resource.kind === "VirtualService" ? (
        <RoutingEditor label={label} initial={initial} catalog={catalog} />
      ) : (
        <ResourceEditor label={label} initial={initial} backHref={SECTION.href} />
      )}
    </EditorPage>
  );
}
