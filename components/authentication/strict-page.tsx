"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { AUTHENTICATION_SECONDS } from "#components/authentication/authentication-seconds.ts";
import { StrictForm } from "#components/authentication/strict-form.tsx";
import { EditorPage } from "#components/editor/editor-page.tsx";
import { useDocuments } from "#components/editor/use-documents.ts";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";

const SECTION = { label: "Authentication", href: "/authentication" };
const REFETCH_MS = 10_000;

/** A namespace to strict mTLS, with who would be refused by it. */
export function StrictPage({ namespace }: { readonly namespace: string | null }) {
  const trpc = useTRPC();
  const [chosen, setChosen] = useState(namespace ?? "default");
  const catalog = useQuery(trpc.services.names.queryOptions());
  const view = useQuery(
    trpc.authentication.get.queryOptions({ seconds: AUTHENTICATION_SECONDS }, { refetchInterval: REFETCH_MS }),
  );
  const policies = useDocuments(["PeerAuthentication"], () => true);
  return (
    <EditorPage
      section={SECTION}
      title="Move to strict mTLS"
      description="From taking plain text too, to mTLS alone, with who would be refused"
    >
      <QueryView query={catalog} what="the names of namespaces" skeleton={<SkeletonRows />}>
        {({ namespaces }) => (
          <QueryView query={view} what="what workloads accept" skeleton={<SkeletonRows />}>
            {(authentication) => (
              <QueryView query={policies} what="the mTLS policies" skeleton={<SkeletonRows />}>
                {(all) => (
                  <StrictForm
                    namespace={chosen}
                    namespaces={namespaces}
                    onNamespaceChange={setChosen}
                    view={authentication}
                    policies={all}
                  />
                )}
              </QueryView>
            )}
          </QueryView>
        )}
      </QueryView>
    </EditorPage>
  );
}
