"use client";
import { AboutTab } from "#components/settings/about-tab.tsx";
import { ApiTokensTab } from "#components/settings/api-tokens-tab.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { useSearchState } from "#components/ui/use-search-state.ts";

const TABS = [
  { value: "tokens", label: "API tokens", content: <ApiTokensTab /> },
  { value: "about", label: "About", content: <AboutTab /> },
] as const;

/** Tokens for programs, and what this server is. */
export function SettingsPage() {
  const search = useSearchState();
  return (
    <Page>
      <PageHeader title="Settings" description="Tokens for programs, and what this server is" />
      <Tabs
        label="Settings"
        value={search.get("tab") === "about" ? "about" : "tokens"}
        onValueChange={(tab) => search.set({ tab: tab === "about" ? tab : null }, { history: "push" })}
        items={TABS}
      />
    </Page>
  );
}
