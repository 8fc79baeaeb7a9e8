"use client";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import type { DraftBase } from "#components/editor/draft-base.ts";
import { EditorPage } from "#components/editor/editor-page.tsx";
import { AREA_SECTION } from "#components/format/area-section.ts";
import { LocalityEditor } from "#components/traffic/locality-editor.tsx";
import { Card } from "#components/ui/card.tsx";
import { Combobox } from "#components/ui/combobox.tsx";
import { Field } from "#components/ui/field.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { Catalog } from "#core/form/catalog.ts";
import { type CatalogService, findService, hostFor } from "#core/form/find-service.ts";
import { newDocument } from "#core/form/new-document.ts";
import { freeName } from "#core/form/new-routing.ts";
import type { ResourceSummary } from "#core/view/config.ts";

/** Which instances of a service callers prefer by where both are: the rule there is, or a new one. */
export function LocalityPage({ host }: { readonly host: string | null }) {
  const trpc = useTRPC();
  const router = useRouter();
  const catalog = useQuery(trpc.services.names.queryOptions());
  const rules = useQuery(trpc.config.list.queryOptions({ kinds: ["DestinationRule"] }));
  return (
    <EditorPage
      section={AREA_SECTION.traffic}
      title="Prefer near instances"
      description={host ?? "Choose the service whose instances run in several places"}
    >
      <QueryView query={catalog} what="the names of services" skeleton={<SkeletonRows />}>
        {(names) => {
          const service = host === null ? undefined : findService(names, host, "default");
          return service === undefined ? (
            <ChooseHost
              catalog={names}
              onChoose={(chosen) => router.push(`/traffic/localities?host=${encodeURIComponent(chosen)}`)}
            />
          ) : (
            <QueryView query={rules} what="the rules there are" skeleton={<SkeletonRows />}>
              {(existing) => <OfService key={service.host} catalog={names} service={service} rules={existing} />}
            </QueryView>
          );
        }}
      </QueryView>
    </EditorPage>
  );
}

function ChooseHost({ catalog, onChoose }: { readonly catalog: Catalog; readonly onChoose: (host: string) => void }) {
  return (
    <Card title="Service">
      <Field label="Service" hint="A service appears when a ServiceEntry names it">
        <Combobox value="" options={catalog.services.map(({ host }) => host)} onValueChange={onChoose} />
      </Field>
    </Card>
  );
}

interface OfServiceProps {
  readonly catalog: Catalog;
  readonly service: CatalogService;
  readonly rules: readonly ResourceSummary[];
}

function OfService({ catalog, service, rules }: OfServiceProps) {
  const { namespace } = service;
  const own = rules.filter((rule) => rule.namespace === namespace);
  const found = own.find(({ hosts }) =>
    hosts.some((each) => findService(catalog, each, namespace)?.host === service.host),
  );
  // The rule that this edit makes is one of those there are before its roll-out is over: it goes on as it began.
  const [ref] = useState(found?.ref);
  const detail = useQuery(useTRPC().config.get.queryOptions({ ref: ref ?? "" }, { enabled: ref !== undefined }));
  if (ref === undefined) {
    const name = freeName(
      service.name,
      own.map((rule) => rule.name),
    );
    const text = newDocument("DestinationRule", namespace, name, {
      host: hostFor(service, namespace),
      trafficPolicy: {
        loadBalancer: { localityLbSetting: { enabled: true } },
        outlierDetection: { consecutive5xxErrors: 5, maxEjectionPercent: 100 },
      },
    });
    return <Begun catalog={catalog} initial={{ ref: null, text, resourceVersion: null }} />;
  }
  return (
    <QueryView query={detail} what={ref} skeleton={<SkeletonRows />}>
      {({ text, resourceVersion }) => <Begun catalog={catalog} initial={{ ref, text, resourceVersion }} />}
    </QueryView>
  );
}

function Begun({ catalog, initial }: { readonly catalog: Catalog; readonly initial: DraftBase }) {
  // What the edit began from stays, whatever becomes of the rule meanwhile.
  const [begun] = useState(initial);
  return <LocalityEditor label="near instances" initial={begun} catalog={catalog} />;
}
