"use client";
import { Bell, ChevronDown } from "lucide-react";
import { newHref } from "#components/format/new-href.ts";
import { KindList } from "#components/kinds/kind-list.tsx";
import { Button } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Menu } from "#components/ui/menu.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { kindsIn } from "#core/kinds/kinds.ts";

/** What says when something is wrong. */
export function AlertsPage() {
  return (
    <Page>
      <PageHeader
        title="Alerts"
        description="What is too much, and for whom"
        actions={
          <Menu
            trigger={
              <Button>
                New <ChevronDown aria-hidden />
              </Button>
            }
            entries={kindsIn("alerts").map((kind) => ({ kind: "link", label: kind, href: newHref(kind) }))}
          />
        }
      />
      <KindList
        area="alerts"
        label="Alert configuration"
        nothingYet={
          <EmptyState icon={<Bell />} title="Nothing is configured yet">
            Health is judged by Kiali's defaults. A HealthPolicy says what else is tolerated, and of whom.
          </EmptyState>
        }
      />
    </Page>
  );
}
