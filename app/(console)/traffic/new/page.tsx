import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { openPage, readParam, type SearchParams } from "#components/api/open-page.tsx";
import { newHref } from "#components/format/new-href.ts";
import { resourceHref } from "#components/format/resource-href.ts";
import { NewResourcePage } from "#components/kinds/new-resource-page.tsx";
import { findRouting } from "#components/traffic/find-routing.ts";
import { NewRoutingPage } from "#components/traffic/new-routing-page.tsx";
import { findService } from "#core/form/find-service.ts";
import { parseRoutingTask } from "#core/form/routing-tasks.ts";
import { formOf, isKind, KINDS, kindsIn } from "#core/kinds/kinds.ts";

export const metadata: Metadata = { title: "New routing" };

export default async function Page({ searchParams }: { readonly searchParams: SearchParams }) {
  const params = await searchParams;
  const host = readParam(params, "host") ?? null;
  const asked = readParam(params, "kind") ?? "";
  if (isKind(asked) && KINDS[asked].area !== "traffic") redirect(newHref(asked));
  const kind = kindsIn("traffic").find((each) => each === asked) ?? "VirtualService";
  const task = parseRoutingTask(readParam(params, "task"));
  const isRouting = formOf(kind) === "routing";
  const page = await openPage();
  const names = page.trpc.services.names.queryOptions();
  const routings = page.trpc.config.list.queryOptions({ kinds: ["VirtualService"] });
  await page.prefetch(names, routings, page.trpc.config.list.queryOptions({ kinds: ["DestinationRule"] }));
  const catalog = page.queryClient.getQueryData(names.queryKey);
  const service = host === null || catalog === undefined ? undefined : findService(catalog, host, "default");
  if (catalog !== undefined && service !== undefined && isRouting) {
    // Two routings of one host would fight: the one there is gets edited.
    const existing = findRouting(catalog, page.queryClient.getQueryData(routings.queryKey) ?? [], service.host);
    if (existing !== undefined) redirect(`${resourceHref(existing.ref)}${task === undefined ? "" : `?task=${task}`}`);
  }
  const namespace = readParam(params, "namespace") ?? service?.namespace ?? "default";
  return page.hydrate(
    isRouting ? (
      <NewRoutingPage host={host} namespace={namespace} task={task} />
    ) : (
      <NewResourcePage key={kind} kind={kind} namespace={namespace} />
    ),
  );
}
