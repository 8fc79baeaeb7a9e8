import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { decodeParam } from "#components/api/decode-param.ts";
import { openPage } from "#components/api/open-page.tsx";
import { resourceHref } from "#components/format/resource-href.ts";
import { KindPage } from "#components/kinds/kind-page.tsx";
import type { KindDefinition } from "#core/kinds/kind.ts";
import { isKind, KINDS } from "#core/kinds/kinds.ts";

export interface KindProps {
  readonly params: Promise<{ readonly kind: string; readonly namespace: string; readonly name: string }>;
}

export async function kindMetadata({ params }: KindProps): Promise<Metadata> {
  return { title: decodeParam((await params).name) };
}

/** The page of one resource, under the area of its kind: another area's leads there. */
export async function openKind(area: KindDefinition["area"], { params }: KindProps) {
  const { kind, namespace, name } = await params;
  const ref = [kind, namespace, name].map(decodeParam).join("/");
  if (!isKind(kind)) notFound();
  if (KINDS[kind].area !== area) redirect(resourceHref(ref));
  const page = await openPage();
  await page.prefetch(
    page.trpc.config.get.queryOptions({ ref }),
    page.trpc.services.names.queryOptions(),
    ...(area === "traffic" ? [page.trpc.config.list.queryOptions({ kinds: ["DestinationRule"] })] : []),
  );
  return page.hydrate(<KindPage reference={ref} kind={kind} />);
}
