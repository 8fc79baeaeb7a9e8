"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { EditorPage } from "#components/editor/editor-page.tsx";
import { PlanEditor } from "#components/editor/plan-editor.tsx";
import { ExposeFields, type ExposeForm, exposureOf } from "#components/gateways/expose-fields.tsx";
import { Card } from "#components/ui/card.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { Catalog } from "#core/form/catalog.ts";
import { planExposure } from "#core/form/expose-service.ts";
import { findService } from "#core/form/find-service.ts";

const SECTION = { label: "Gateways", href: "/gateways" };

/** A service under a name of its own at a gateway. */
export function ExposePage({ host }: { readonly host: string | null }) {
  const catalog = useQuery(useTRPC().services.names.queryOptions());
  return (
    <EditorPage
      section={SECTION}
      title="Expose a service"
      description="Reached from outside under a name of its own, at the workloads that run as gateways"
    >
      <QueryView query={catalog} what="the names of services" skeleton={<SkeletonRows />}>
        {(names) => <Expose catalog={names} host={host} />}
      </QueryView>
    </EditorPage>
  );
}

function Expose({ catalog, host }: { readonly catalog: Catalog; readonly host: string | null }) {
  const trpc = useTRPC();
  const credentials = useQuery(trpc.credentials.list.queryOptions());
  const gateways = useQuery(trpc.gateways.list.queryOptions());
  const [begun] = useState<ExposeForm>(() => {
    const service = host === null ? undefined : findService(catalog, host, "default");
    const port = service?.ports[0]?.number;
    const name = service === undefined || port === undefined ? "" : `${service.host}:${port}`;
    return { service: name, ...{ host: "", gateway: "", credential: "", redirects: true } };
  });
  const [form, setForm] = useState(begun);
  const exposure = exposureOf(form, catalog.services);
  return (
    <PlanEditor
      plan={exposure === undefined ? undefined : planExposure(exposure)}
      missing={exposure === undefined ? "choose a service, and name the host that callers use" : undefined}
      isTouched={form !== begun}
      backHref="/gateways"
    >
      <Card title="What and where">
        <ExposeFields
          form={form}
          onFormChange={setForm}
          services={catalog.services}
          credentials={credentials.data ?? []}
          gateways={gateways.data ?? []}
        />
      </Card>
    </PlanEditor>
  );
}
