"use client";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { readTrustDomain } from "#components/settings/read-trust-domain.ts";
import { ThemeChoice } from "#components/settings/theme-choice.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { DefinitionList } from "#components/ui/definition-list.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";

/** Of agents and their proxies, which choose others where these are taken. */
const AGENT_PORTS = [
  { term: "15001 / 15006", value: "a proxy's outbound and inbound" },
  { term: "15080", value: "a proxy's HTTP forward proxy" },
  { term: "15020", value: "an agent's metrics and health" },
] as const;

/** What this server is, who is signed in, and how the console looks. */
export function AboutTab() {
  const trpc = useTRPC();
  const session = useQuery(trpc.session.me.queryOptions());
  // Known to the browser alone: a server behind another does not know how it is reached.
  const [origin, setOrigin] = useState<string | null>(null);
  useEffect(() => setOrigin(window.location.origin), []);
  const catalog = useQuery(trpc.services.names.queryOptions());
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Card title="This server">
        <QueryView query={session} what="the session" skeleton={<SkeletonRows rows={3} />}>
          {({ version, principal, isDemoSignIn, xdsAddress }) => (
            <DefinitionList
              items={[
                { term: "Version", value: version },
                {
                  term: "Trust domain",
                  value: readTrustDomain(catalog.data?.principals ?? []) ?? "known once a workload has joined",
                },
                {
                  term: "Signed in as",
                  value: (
                    <>
                      {principal?.name ?? "nobody"} <Badge>{principal?.role ?? "none"}</Badge>
                    </>
                  ),
                },
                {
                  term: "Sign-in",
                  value: isDemoSignIn ? "the demo's: everyone on this machine is administrator" : "local account",
                },
                { term: "Console and API", value: <code className="font-mono text-xs">{origin ?? "…"}</code> },
                {
                  term: "xDS and agents",
                  value: <code className="font-mono text-xs">{xdsAddress ?? "–"}</code>,
                },
              ]}
            />
          )}
        </QueryView>
      </Card>
      <Card title="Appearance">
        <ThemeChoice />
      </Card>
      <Card title="Ports of agents" description="Unless told otherwise; each page under Proxies has a proxy's own">
        <DefinitionList items={AGENT_PORTS} />
      </Card>
    </div>
  );
}
