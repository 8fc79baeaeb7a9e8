import type { Metadata } from "next";
import { decodeParam } from "#components/api/decode-param.ts";
import { openPage } from "#components/api/open-page.tsx";
import { ProxyPage } from "#components/proxies/proxy-page.tsx";

export const metadata: Metadata = { title: "Proxy" };

export default async function Page({ params }: { readonly params: Promise<{ readonly id: string }> }) {
  const id = decodeParam((await params).id);
  const page = await openPage();
  await page.prefetch(page.trpc.proxies.get.queryOptions({ id }));
  return page.hydrate(<ProxyPage id={id} />);
}
