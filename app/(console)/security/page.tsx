import type { Metadata } from "next";
import { openPage, readParam, type SearchParams } from "#components/api/open-page.tsx";
import { POLICIES_MAX } from "#components/security/policies-max.ts";
import { SecurityPage } from "#components/security/security-page.tsx";
import { kindsIn } from "#core/kinds/kinds.ts";

export const metadata: Metadata = { title: "Security" };

export default async function Page({ searchParams }: { readonly searchParams: SearchParams }) {
  const tab = readParam(await searchParams, "tab");
  const page = await openPage();
  switch (tab) {
    case "mtls":
      await page.prefetch(
        page.trpc.services.list.queryOptions({ seconds: 300 }),
        page.trpc.config.list.queryOptions({ kinds: ["PeerAuthentication"] }),
        page.trpc.topology.plaintext.queryOptions({ seconds: 300 }),
      );
      break;
    case "all":
      await page.prefetch(page.trpc.config.list.queryOptions({ kinds: [...kindsIn("security")] }));
      break;
    case "identities":
      await page.prefetch(page.trpc.identity.list.queryOptions());
      break;
    case "tokens":
      await page.prefetch(page.trpc.identity.joinTokens.queryOptions());
      break;
    default:
      await page.prefetch(
        page.trpc.config.list.queryOptions({ kinds: ["AuthorizationPolicy"] }),
        page.trpc.services.names.queryOptions(),
      );
      // What each does is read from its document.
      await page.prefetch(
        ...(page.queryClient.getQueryData(page.trpc.config.list.queryKey({ kinds: ["AuthorizationPolicy"] })) ?? [])
          .slice(0, POLICIES_MAX)
          .map(({ ref }) => page.trpc.config.get.queryOptions({ ref })),
      );
  }
  return page.hydrate(<SecurityPage />);
}
