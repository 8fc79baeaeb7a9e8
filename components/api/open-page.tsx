import { dehydrate, HydrationBoundary, type QueryClient } from "@tanstack/react-query";
import { createTRPCClient } from "@trpc/client";
import { createTRPCOptionsProxy, type TRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache, type ReactNode } from "react";
import { inProcessLink } from "#components/api/in-process-link.ts";
import { pageAddress } from "#components/api/page-address.ts";
import { createQueryClient } from "#components/api/query-client.ts";
import { ADDRESS_HEADER } from "#core/view/address-header.ts";
import type { AppRouter } from "#server/api/router.ts";
import { getRuntime } from "#server/runtime.ts";

/** Search parameters as Next gives them to a page. */
export type SearchParams = Promise<Readonly<Record<string, string | string[] | undefined>>>;

export interface OpenPage {
  readonly trpc: TRPCOptionsProxy<AppRouter>;
  readonly queryClient: QueryClient;
  /** Runs queries at the same time; one that fails, or is slow, is left for the browser to ask again and tell. */
  prefetch(...queries: readonly object[]): Promise<void>;
  /** Hands what was fetched to the components inside. */
  hydrate(children: ReactNode): ReactNode;
}

/** A page is drawn without what takes longer: the browser waits for it, and says when it does not come. */
const PREFETCH_MS = 3000;

async function withinTime(work: Promise<unknown>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((done) => {
    timer = setTimeout(done, limitMs);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}

const getCaller = cache(async () => getRuntime().createCaller(await headers()));

/** Who is asking; one call per request however many components ask. */
export const readSession = cache(async () => (await getCaller()).session.me());

/** Opens a page for a signed-in person, or sends them to sign in and back to the very address. */
export async function openPage(): Promise<OpenPage> {
  const session = await readSession();
  if (session.principal === null)
    redirect(`/sign-in?next=${encodeURIComponent(pageAddress((await headers()).get(ADDRESS_HEADER)))}`);
  const queryClient = createQueryClient();
  const client = createTRPCClient<AppRouter>({ links: [inProcessLink(await getCaller())] });
  return {
    trpc: createTRPCOptionsProxy<AppRouter>({ client, queryClient }),
    queryClient,
    prefetch: async (...queries) => {
      const all = queries.map((query) =>
        queryClient.prefetchQuery({ ...(query as { queryKey: readonly unknown[] }), retry: false }),
      );
      await withinTime(Promise.all(all), PREFETCH_MS);
    },
    hydrate: (children) => <HydrationBoundary state={dehydrate(queryClient)}>{children}</HydrationBoundary>,
  };
}

/** One value of a search parameter. */
export function readParam(params: Awaited<SearchParams>, name: string): string | undefined {
  const value = params[name];
  return Array.isArray(value) ? value[0] : value;
}
