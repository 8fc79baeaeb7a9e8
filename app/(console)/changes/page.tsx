import type { Metadata } from "next";
import { openPage, readParam, type SearchParams } from "#components/api/open-page.tsx";
import { ChangesPage } from "#components/changes/changes-page.tsx";
import { REVISIONS_FIRST } from "#components/changes/revisions-first.ts";

export const metadata: Metadata = { title: "Changes" };

export default async function Page({ searchParams }: { readonly searchParams: SearchParams }) {
  const params = await searchParams;
  const ref = readParam(params, "ref");
  const page = await openPage();
  await page.prefetch(
    readParam(params, "tab") === "audit"
      ? page.trpc.access.audit.queryOptions({ limit: 200 })
      : page.trpc.config.history.queryOptions({ limit: REVISIONS_FIRST, ...(ref === undefined ? {} : { ref }) }),
  );
  return page.hydrate(<ChangesPage />);
}
