"use client";
import { useQuery } from "@tanstack/react-query";
import { Split } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { EditorPage } from "#components/editor/editor-page.tsx";
import { AREA_SECTION } from "#components/format/area-section.ts";
import { useRange } from "#components/shell/use-range.ts";
import { ChooseService } from "#components/traffic/choose-service.tsx";
import { routedBy } from "#components/traffic/routed-by.ts";
import { RoutingEditor } from "#components/traffic/routing-editor.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { ResourceLinks } from "#components/ui/resource-links.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { Catalog } from "#core/form/catalog.ts";
import { findService } from "#core/form/find-service.ts";
import { newRouting } from "#core/form/new-routing.ts";
import { ROUTING_TASKS, type RoutingTask } from "#core/form/routing-tasks.ts";

const SECTION = AREA_SECTION.traffic;

export interface NewRoutingPageProps {
  /** Of the service whose traffic is to be routed. */
  readonly host: string | null;
  readonly namespace: string;
  /** What it is for. */
  readonly task: RoutingTask | undefined;
}

/** A new routing by form, for a chosen service. */
export function NewRoutingPage({ host, namespace, task }: NewRoutingPageProps) {
  const trpc = useTRPC();
  const router = useRouter();
  const catalog = useQuery(trpc.services.names.queryOptions());
  const taken = useQuery(trpc.config.list.queryOptions({ kinds: ["VirtualService"] }));
  return (
    <EditorPage
      section={SECTION}
      title={
        host === null
          ? task === undefined
            ? "Shift traffic"
            : ROUTING_TASKS[task].label
          : `New routing for ${host.split(".")[0]}`
      }
      description={
        host ??
        `Choose the service${task === undefined ? " whose requests you want to route" : `: ${ROUTING_TASKS[task].detail}`}`
      }
    >
      <QueryView query={catalog} what="the names of services" skeleton={<SkeletonRows />}>
        {(names) =>
          host !== null && findService(names, host, namespace) === undefined ? (
            <NotDeclared host={host} />
          ) : host === null ? (
            <ChooseService
              catalog={names}
              routings={taken.data ?? []}
              onChoose={(chosen) =>
                router.push(
                  `/traffic/new?host=${encodeURIComponent(chosen)}${task === undefined ? "" : `&task=${task}`}`,
                )
              }
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
function NotDeclared({ host }: { readonly host: string }) {
  const { seconds } = useRange();
  const service = useQuery(useTRPC().services.get.queryOptions({ host, seconds }));
  const data = routedBy(service);
  return (
    <QueryView
      query={data === undefined ? { ...service, data } : { ...service, data, error: null }}
      what={`what routes ${host}`}
      skeleton={<SkeletonRows />}
    >
      {(refs) => (
        <EmptyState
          icon={<Split />}
          title={
            refs.length === 0 ? `There is no service ${host}` : `${host} is routed already, and no service declares it`
          }
          actions={<ButtonLink href="/traffic/new">Choose a service</ButtonLink>}
        >
          {refs.length === 0 ? (
            "What is routed must be named by a ServiceEntry first."
          ) : (
            <>
              Its requests go where <ResourceLinks refs={refs} /> sends them: edit that.
            </>
          )}
        </EmptyState>
      )}
    </QueryView>
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
