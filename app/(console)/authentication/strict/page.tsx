import type { Metadata } from "next";
import { openPage, readParam, type SearchParams } from "#components/api/open-page.tsx";
import { AUTHENTICATION_SECONDS } from "#components/authentication/authentication-seconds.ts";
import { StrictPage } from "#components/authentication/strict-page.tsx";

export const metadata: Metadata = { title: "Move to strict mTLS" };

export default async function Page({ searchParams }: { readonly searchParams: SearchParams }) {
  const params = await searchParams;
  const page = await openPage();
  await page.prefetch(
    page.trpc.services.names.queryOptions(),
    page.trpc.authentication.get.queryOptions({ seconds: AUTHENTICATION_SECONDS }),
    page.trpc.config.list.queryOptions({ kinds: ["PeerAuthentication"] }),
  );
  return page.hydrate(<StrictPage namespace={readParam(params, "namespace") ?? null} />);
}
