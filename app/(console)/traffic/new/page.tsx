import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { openPage, readParam, type SearchParams } from "#components/api/open-page.tsx";
import { resourceHref } from "#components/format/resource-href.ts";
import { isTrafficKind } from "#components/format/traffic-kinds.ts";
import { findRouting } from "#components/traffic/find-routing.ts";
import { NewTrafficPage } from "#components/traffic/new-traffic-page.tsx";
import { findService } from "#core/form/find-service.ts";

export const metadata: Metadata = { title: "New routing" };

export default async function Page({ searchParams }: { readonly searchParams: SearchParams }) {
  const params = await searchParams;
  const host = readParam(params, "host") ?? null;
  const kind = readParam(params, "kind") ?? "VirtualService";
  const page = await openPage();
  const names = page.trpc.services.names.queryOptions();
  const routings = page.trpc.config.list.queryOptions({ kinds: ["VirtualService"] });
  await page.prefetch(names, routings, page.trpc.config.list.queryOptions({ kinds: ["DestinationRule"] }));
  const catalog = page.queryClient.getQueryData(names.queryKey);
  const service = host === null || catalog === undefined ? undefined : findService(catalog, host, "default");
  if (catalog !== undefined && service !== undefined && kind === "VirtualService") {
    // Two routings of one host would fight: the one there is gets edited.
    const existing = findRouting(catalog, page.queryClient.getQueryData(routings.queryKey) ?? [], service.host);
    if (existing !== undefined) redirect(resourceHref(existing.ref));
  }
  return page.hydrate(
    <NewTrafficPage
      kind={isTrafficKind(kind) ? kind : "VirtualService"}
      host={host}
      namespace={readParam(params, "namespace") ?? service?.namespace ?? "default"}
    />,
  );
}
