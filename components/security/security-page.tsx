"use client";
import { ShieldCheck } from "lucide-react";
import { KindList } from "#components/kinds/kind-list.tsx";
import { NewMenu } from "#components/kinds/new-menu.tsx";
import { AuthorizationTab } from "#components/security/authorization-tab.tsx";
import { IdentitiesTab } from "#components/security/identities-tab.tsx";
import { JoinTokensTab } from "#components/security/join-tokens-tab.tsx";
import { MtlsTab } from "#components/security/mtls-tab.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { useSearchState } from "#components/ui/use-search-state.ts";
import { kindsIn } from "#core/kinds/kinds.ts";

const TABS = [
  { value: "authorization", label: "Authorization", content: <AuthorizationTab /> },
  { value: "mtls", label: "Mutual TLS", content: <MtlsTab /> },
  { value: "all", label: "All policies", content: <AllPolicies /> },
  { value: "identities", label: "Identities", content: <IdentitiesTab /> },
  { value: "tokens", label: "Join tokens", content: <JoinTokensTab /> },
] as const;

export type SecurityTab = (typeof TABS)[number]["value"];

function parseSecurityTab(text: string | null | undefined): SecurityTab {
  return TABS.find(({ value }) => value === text)?.value ?? "authorization";
}

/** Who may call whom, over what, and with which identity. */
export function SecurityPage() {
  const search = useSearchState();
  return (
    <Page>
      <PageHeader
        title="Security"
        description="Who may call whom, over what, and with which identity"
        actions={
          <>
            <NewMenu kinds={kindsIn("security")} />
            <ButtonLink variant="primary" href="/security/new">
              <ShieldCheck aria-hidden /> Allow or deny callers
            </ButtonLink>
          </>
        }
      />
      <Tabs
        label="Security"
        value={parseSecurityTab(search.get("tab"))}
        onValueChange={(tab) => search.set({ tab: tab === "authorization" ? null : tab }, { history: "push" })}
        items={TABS}
      />
    </Page>
  );
}

/** Of every kind there is for it, those too that have no tab of their own. */
function AllPolicies() {
  return (
    <KindList
      area="security"
      label="Security configuration"
      nothingYet={
        <EmptyState icon={<ShieldCheck />} title="No security configuration yet">
          Workloads accept mTLS and plaintext, and answer whoever reaches them, until a policy says otherwise.
        </EmptyState>
      }
    />
  );
}
