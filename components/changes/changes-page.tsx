"use client";
import { AuditTab } from "#components/changes/audit-tab.tsx";
import { RevisionsTab } from "#components/changes/revisions-tab.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { useSearchState } from "#components/ui/use-search-state.ts";

const TABS = [
  { value: "revisions", label: "Revisions", content: <RevisionsTab /> },
  { value: "audit", label: "Audit", content: <AuditTab /> },
] as const;

/** Every change of the configuration, and every attempt. */
export function ChangesPage() {
  const search = useSearchState();
  return (
    <Page>
      <PageHeader
        title="Changes"
        description="Every revision of the configuration: who, when, why; nothing is overwritten"
      />
      <Tabs
        label="Changes"
        value={search.get("tab") === "audit" ? "audit" : "revisions"}
        onValueChange={(tab) => search.set({ tab: tab === "audit" ? tab : null }, { history: "push" })}
        items={TABS}
      />
    </Page>
  );
}
