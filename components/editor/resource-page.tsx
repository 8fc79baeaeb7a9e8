"use client";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import type { EditorInput } from "#components/editor/editor-input.ts";
import { EditorPage } from "#components/editor/editor-page.tsx";
import { HostLinks } from "#components/editor/host-links.tsx";
import { ResourceByline, ResourceTitle } from "#components/editor/resource-header.tsx";
import { ResourceKeys } from "#components/editor/resource-keys.tsx";
import { Breadcrumbs } from "#components/ui/breadcrumbs.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageQuery } from "#components/ui/page-query.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { Catalog } from "#core/form/catalog.ts";
import type { ResourceDetail } from "#core/view/config.ts";

export interface ResourcePageProps {
  readonly reference: string;
  readonly section: { readonly label: string; readonly href: string };
  readonly drawEditor: (input: EditorInput) => ReactNode;
}

/** One resource, to read and to edit. */
export function ResourcePage({ reference, section, drawEditor }: ResourcePageProps) {
  const trpc = useTRPC();
  const resource = useQuery(trpc.config.get.queryOptions({ ref: reference }));
  const catalog = useQuery(trpc.services.names.queryOptions());
  const parts = reference.split("/");
  const frame = {
    title: parts[2] ?? reference,
    above: <Breadcrumbs items={[section]} />,
    skeleton: <SkeletonRows rows={8} />,
  };
  // The editor draws its own page, and what stands in for it the same frame.
  const isDrawn = resource.data !== undefined && catalog.data !== undefined;
  const editor = (
    <PageQuery query={resource} what={reference} tellsGone {...frame}>
      {(detail) => (
        <PageQuery query={catalog} what="the names of services" {...frame}>
          {(names) => (
            <Editor key={reference} section={section} resource={detail} catalog={names} drawEditor={drawEditor} />
          )}
        </PageQuery>
      )}
    </PageQuery>
  );
  return isDrawn ? editor : <Page>{editor}</Page>;
}

interface EditorProps extends Pick<ResourcePageProps, "section" | "drawEditor"> {
  readonly resource: ResourceDetail;
  readonly catalog: Catalog;
}

function Editor({ section, resource, catalog, drawEditor }: EditorProps) {
  const { ref, kind, name, text, resourceVersion } = resource;
  const [initial] = useState({ ref, text, resourceVersion });
  return (
    <EditorPage
      section={section}
      title={<ResourceTitle resource={resource} />}
      description={
        <>
          <ResourceByline resource={resource} />
          <HostLinks resource={resource} catalog={catalog} />
          <ResourceKeys resource={resource} />
        </>
      }
    >
      {drawEditor({ label: `${kind} ${name}`, initial, catalog })}
    </EditorPage>
  );
}
