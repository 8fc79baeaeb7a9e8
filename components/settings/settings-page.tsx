"use client";
import { AboutTab } from "#components/settings/about-tab.tsx";
import { ApiTokensTab } from "#components/settings/api-tokens-tab.tsx";
import { HealthTab } from "#components/settings/health-tab.tsx";
import { LimitsTab } from "#components/settings/limits-tab.tsx";
import { RedactionTab } from "#components/settings/redaction-tab.tsx";
import { StorageTab } from "#components/settings/storage-tab.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { useSearchState } from "#components/ui/use-search-state.ts";

const TABS = [
  { value: "tokens", label: "API tokens", content: <ApiTokensTab /> },
  { value: "limits", label: "Limits", content: <LimitsTab /> },
  { value: "health", label: "Health", content: <HealthTab /> },
  { value: "redaction", label: "Redaction", content: <RedactionTab /> },
  { value: "storage", label: "Storage", content: <StorageTab /> },
  { value: "about", label: "About", content: <AboutTab /> },
] as const;

/** Tokens for programs, what limits refused, what stays on its hosts, what telemetry takes, and what this server is. */
export function SettingsPage() {
  const search = useSearchState();
  return (
    <Page>
      <PageHeader
        title="Settings"
        description="Tokens for programs, what limits refused, what stays on its hosts, what telemetry takes, and what this server is"
      />
      <Tabs
        label="Settings"
        value={TABS.find(({ value }) => value === search.get("tab"))?.value ?? "tokens"}
        onValueChange={(tab) => search.set({ tab: tab === "tokens" ? null : tab }, { history: "push" })}
        items={TABS}
      />
    </Page>
  );
}
