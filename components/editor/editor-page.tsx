import type { ReactNode } from "react";
import { Breadcrumbs } from "#components/ui/breadcrumbs.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";

export interface EditorPageProps {
  readonly title: ReactNode;
  readonly description?: ReactNode;
  readonly section: { readonly label: string; readonly href: string };
  readonly children: ReactNode;
}

/** The frame of every page on which a resource is edited. */
export function EditorPage({ title, description, section, children }: EditorPageProps) {
  return (
    <Page>
      <PageHeader title={title} description={description} above={<Breadcrumbs items={[section]} />} />
      {children}
    </Page>
  );
}
