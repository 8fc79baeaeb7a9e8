import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { decodeParam } from "#components/api/decode-param.ts";
import { openPage } from "#components/api/open-page.tsx";
import { resourceHref } from "#components/format/resource-href.ts";
import { KindPage } from "#components/kinds/kind-page.tsx";
import { isKind, KINDS } from "#core/kinds/kinds.ts";

interface Props {
  readonly params: Promise<{ readonly kind: string; readonly namespace: string; readonly name: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeParam((await params).name) };
}

export default async function Page({ params }: Props) {
  const { kind, namespace, name } = await params;
  const ref = [kind, namespace, name].map(decodeParam).join("/");
  if (!isKind(kind)) notFound();
  if (KINDS[kind].area !== "traffic") redirect(resourceHref(ref));
  const page = await openPage();
  await page.prefetch(
    page.trpc.config.get.queryOptions({ ref }),
    page.trpc.services.names.queryOptions(),
    page.trpc.config.list.queryOptions({ kinds: ["DestinationRule"] }),
  );
  return page.hydrate(<KindPage reference={ref} kind={kind} />);
}
