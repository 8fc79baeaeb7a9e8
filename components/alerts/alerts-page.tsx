"use client";
import { Bell } from "lucide-react";
import { AlertHistoryCard, AlertsCard } from "#components/alerts/alerts-card.tsx";
import { ReceiversCard } from "#components/alerts/receivers-card.tsx";
import { KindList } from "#components/kinds/kind-list.tsx";
import { NewMenu } from "#components/kinds/new-menu.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { useSearchState } from "#components/ui/use-search-state.ts";
import { kindsIn } from "#core/kinds/kinds.ts";

const TABS = [
  { value: "now", label: "Now", content: <AlertsCard /> },
  { value: "history", label: "History", content: <AlertHistoryCard /> },
  { value: "receivers", label: "Receivers", content: <ReceiversCard /> },
  { value: "config", label: "Rules and silences", content: <Configuration /> },
] as const;

/** What is too much, who is told, and what is silent. */
export function AlertsPage() {
  const search = useSearchState();
  return (
    <Page>
      <PageHeader
        title="Alerts"
        description="What is too much, who is told of it, and what is silent"
        actions={<NewMenu kinds={kindsIn("alerts")} />}
      />
      <Tabs
        label="Alerts"
        value={TABS.find(({ value }) => value === search.get("tab"))?.value ?? "now"}
        onValueChange={(tab) => search.set({ tab: tab === "now" ? null : tab }, { history: "push" })}
        items={TABS}
      />
    </Page>
  );
}

function Configuration() {
  return (
    <KindList
      area="alerts"
      label="Alert configuration"
      nothingYet={
        <EmptyState icon={<Bell />} title="Nothing is configured yet">
          Objectives and AlertRules say what is too much, AlertReceivers who is told, Silences what nobody is told of
          for a time, and HealthPolicies what is tolerated.
        </EmptyState>
      }
    />
  );
}
