import type { Metadata } from "next";
import { decodeParam } from "#components/api/decode-param.ts";
import { openPage, readParam, type SearchParams } from "#components/api/open-page.tsx";
import { ServicePage } from "#components/services/service-page.tsx";
import { parseRange } from "#components/shell/range.ts";

interface Props {
  readonly params: Promise<{ readonly host: string }>;
  readonly searchParams: SearchParams;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeParam((await params).host).split(".")[0] ?? "Service" };
}

export default async function Page({ params, searchParams }: Props) {
  const host = decodeParam((await params).host);
  const range = parseRange(readParam(await searchParams, "range"));
  const page = await openPage();
  await page.prefetch(page.trpc.services.get.queryOptions({ host, seconds: range.seconds }));
  return page.hydrate(<ServicePage host={host} />);
}
