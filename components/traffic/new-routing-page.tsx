"use client";
import { useQuery } from "@tanstack/react-query";
import { Split } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { EditorPage } from "#components/editor/editor-page.tsx";
import { AREA_SECTION } from "#components/format/area-section.ts";
import { ChooseService } from "#components/traffic/choose-service.tsx";
import { RoutingEditor } from "#components/traffic/routing-editor.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { ResourceLinks } from "#components/ui/resource-links.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { Catalog } from "#core/form/catalog.ts";
import { findService } from "#core/form/find-service.ts";
import { newRouting } from "#core/form/new-routing.ts";
import { normalizeHost } from "#core/host/host.ts";
import type { ResourceSummary } from "#core/view/config.ts";

const SECTION = AREA_SECTION.traffic;

export interface NewRoutingPageProps {
  /** Of the service whose traffic is to be routed. */
  readonly host: string | null;
  readonly namespace: string;
}

/** A new routing by form, for a chosen service. */
export function NewRoutingPage({ host, namespace }: NewRoutingPageProps) {
  const trpc = useTRPC();
  const router = useRouter();
  const catalog = useQuery(trpc.services.names.queryOptions());
  const taken = useQuery(trpc.config.list.queryOptions({ kinds: ["VirtualService"] }));
  return (
    <EditorPage
      section={SECTION}
      title={host === null ? "Shift traffic" : `New routing for ${host.split(".")[0]}`}
      description={host === null ? "Choose the service whose requests you want to route" : host}
    >
      <QueryView query={catalog} what="the names of services" skeleton={<SkeletonRows />}>
        {(names) =>
          host !== null && findService(names, host, namespace) === undefined ? (
            <NotDeclared host={host} routings={taken.data ?? []} />
          ) : host === null ? (
            <ChooseService
              catalog={names}
              routings={taken.data ?? []}
              onChoose={(chosen) => router.push(`/traffic/new?host=${encodeURIComponent(chosen)}`)}
            />
          ) : (
            <QueryView query={taken} what="the names that are taken" skeleton={<SkeletonRows />}>
              {(existing) => (
                <NewRouting
                  key={host}
                  catalog={names}
                  host={host}
                  namespace={namespace}
                  takenNames={existing.filter((each) => each.namespace === namespace).map(({ name }) => name)}
                />
              )}
            </QueryView>
          )
        }
      </QueryView>
    </EditorPage>
  );
}

/** A host that no service declares: a rule may route it all the same. */
function NotDeclared({ host, routings }: { readonly host: string; readonly routings: readonly ResourceSummary[] }) {
  const asked = normalizeHost(host);
  const rules = routings.filter(({ hosts }) => hosts.some((each) => normalizeHost(each) === asked));
  return (
    <EmptyState
      icon={<Split />}
      title={
        rules.length === 0 ? `There is no service ${host}` : `${host} is routed already, and no service declares it`
      }
      actions={<ButtonLink href="/traffic/new">Choose a service</ButtonLink>}
    >
      {rules.length === 0 ? (
        "What is routed must be named by a ServiceEntry first."
      ) : (
        <>
          Its requests go where <ResourceLinks refs={rules.map(({ ref }) => ref)} /> sends them: edit that.
        </>
      )}
    </EmptyState>
  );
}

interface NewRoutingProps {
  readonly catalog: Catalog;
  readonly host: string;
  readonly namespace: string;
  readonly takenNames: readonly string[];
}

function NewRouting({ catalog, host, namespace, takenNames }: NewRoutingProps) {
  const [initial] = useState(() => {
    const service = findService(catalog, host, namespace) ?? {
      host,
      namespace,
      name: host.split(".")[0] ?? host,
      ports: [],
      subsets: [],
      versions: [],
      labels: {},
    };
    return { ref: null, text: newRouting(service, namespace, takenNames), resourceVersion: null };
  });
  return <RoutingEditor label="new routing" initial={initial} catalog={catalog} />;
}
