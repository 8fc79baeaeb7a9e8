import type { Metadata } from "next";
import { openPage, readParam, type SearchParams } from "#components/api/open-page.tsx";
import { AUTHENTICATION_SECONDS } from "#components/authentication/authentication-seconds.ts";
import { TokensPage } from "#components/authentication/tokens-page.tsx";

export const metadata: Metadata = { title: "Require tokens" };

export default async function Page({ searchParams }: { readonly searchParams: SearchParams }) {
  const params = await searchParams;
  const page = await openPage();
  await page.prefetch(
    page.trpc.services.names.queryOptions(),
    page.trpc.authentication.get.queryOptions({ seconds: AUTHENTICATION_SECONDS }),
    page.trpc.config.list.queryOptions({ kinds: ["RequestAuthentication", "AuthorizationPolicy"] }),
  );
  return page.hydrate(<TokensPage host={readParam(params, "host") ?? null} />);
}
