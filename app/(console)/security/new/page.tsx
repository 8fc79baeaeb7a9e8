import type { Metadata } from "next";
import { openPage, readParam, type SearchParams } from "#components/api/open-page.tsx";
import { NewSecurityPage } from "#components/security/new-security-page.tsx";

export const metadata: Metadata = { title: "New policy" };

/** `?host=&principal=&action=DENY|ALLOW&namespace=&kind=PeerAuthentication`: whatever a link knows already. */
export default async function Page({ searchParams }: { readonly searchParams: SearchParams }) {
  const params = await searchParams;
  const page = await openPage();
  await page.prefetch(
    page.trpc.services.names.queryOptions(),
    page.trpc.config.list.queryOptions({ kinds: ["AuthorizationPolicy", "PeerAuthentication"] }),
  );
  const principal = params.principal;
  return page.hydrate(
    <NewSecurityPage
      kind={readParam(params, "kind") === "PeerAuthentication" ? "PeerAuthentication" : "AuthorizationPolicy"}
      namespace={readParam(params, "namespace") ?? "default"}
      host={readParam(params, "host") ?? null}
      principals={principal === undefined ? [] : [principal].flat()}
      action={readParam(params, "action") === "ALLOW" ? "ALLOW" : "DENY"}
    />,
  );
}
