"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { EditorPage } from "#components/editor/editor-page.tsx";
import { useDocuments } from "#components/editor/use-documents.ts";
import { AREA_SECTION } from "#components/format/area-section.ts";
import { EgressForm } from "#components/traffic/egress-form.tsx";
import { EGRESS_SECONDS } from "#components/traffic/egress-seconds.ts";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";

/** Callers reach what the registry knows alone; what they reach today is put into it. */
export function EgressPage({ namespace }: { readonly namespace: string | null }) {
  const trpc = useTRPC();
  const catalog = useQuery(trpc.services.names.queryOptions());
  const view = useQuery(trpc.topology.egress.queryOptions({ seconds: EGRESS_SECONDS }));
  const documents = useDocuments(["Sidecar", "MeshConfig"], () => true);
  const entries = useQuery(trpc.config.list.queryOptions({ kinds: ["ServiceEntry"] }));
  return (
    <EditorPage
      section={AREA_SECTION.traffic}
      title="Lock down egress"
      description="Workloads call what the registry knows and nothing else; what they call today goes on"
    >
      <QueryView query={catalog} what="the names of namespaces" skeleton={<SkeletonRows />}>
        {({ namespaces }) => (
          <QueryView query={view} what="what was called" skeleton={<SkeletonRows />}>
            {(egress) => (
              <QueryView query={documents} what="the Sidecars" skeleton={<SkeletonRows />}>
                {(standing) => (
                  <QueryView query={entries} what="the ServiceEntries" skeleton={<SkeletonRows />}>
                    {(taken) => (
                      <EgressForm
                        namespaces={namespaces}
                        initialNamespace={namespace ?? "default"}
                        view={egress}
                        standing={standing}
                        entries={taken}
                      />
                    )}
                  </QueryView>
                )}
              </QueryView>
            )}
          </QueryView>
        )}
      </QueryView>
    </EditorPage>
  );
}
