import type { Metadata } from "next";
import { openPage, readParam, type SearchParams } from "#components/api/open-page.tsx";
import { SettingsPage } from "#components/settings/settings-page.tsx";

export const metadata: Metadata = { title: "Settings" };

export default async function Page({ searchParams }: { readonly searchParams: SearchParams }) {
  const page = await openPage();
  const tab = readParam(await searchParams, "tab");
  if (tab === "limits") await page.prefetch(page.trpc.access.refusals.queryOptions());
  else if (tab === "health") await page.prefetch(page.trpc.health.tolerances.queryOptions());
  else if (tab === "storage") await page.prefetch(page.trpc.access.storage.queryOptions());
  else if (tab === "about")
    await page.prefetch(page.trpc.session.me.queryOptions(), page.trpc.services.names.queryOptions());
  else await page.prefetch(page.trpc.access.apiTokens.queryOptions());
  return page.hydrate(<SettingsPage />);
}
