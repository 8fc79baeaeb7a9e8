"use client";
import { ChevronDown, Split } from "lucide-react";
import { taskEntries } from "#components/format/task-links.ts";
import { KindList } from "#components/kinds/kind-list.tsx";
import { NewMenu } from "#components/kinds/new-menu.tsx";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Menu } from "#components/ui/menu.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { kindsIn } from "#core/kinds/kinds.ts";

/** Everything that says where requests go: routing, versions, gateways, services. */
export function TrafficPage() {
  return (
    <Page>
      <PageHeader
        title="Traffic"
        description="Where requests go, and what happens to them on the way"
        actions={
          <>
            <NewMenu kinds={kindsIn("traffic")} />
            <Menu
              trigger={
                <Button>
                  Tasks <ChevronDown aria-hidden />
                </Button>
              }
              entries={[...taskEntries(), { kind: "link", label: "Lock down egress", href: "/traffic/egress" }]}
            />
            <ButtonLink variant="primary" href="/traffic/new">
              <Split aria-hidden /> Shift traffic
            </ButtonLink>
          </>
        }
      />
      <KindList area="traffic" label="Traffic configuration" nothingYet={<NothingYet />} />
    </Page>
  );
}

function NothingYet() {
  return (
    <EmptyState
      icon={<Split />}
      title="No traffic configuration yet"
      actions={
        <ButtonLink variant="primary" href="/traffic/new">
          Shift traffic
        </ButtonLink>
      }
    >
      Requests go to every healthy instance of the service they name. A routing changes that: by weight, by header, by
      path. Istio's resources apply as they are: <code className="font-mono text-xs">pharos apply -f DIR</code>.
    </EmptyState>
  );
}
