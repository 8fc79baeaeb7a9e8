import type { Metadata } from "next";
import { openPage } from "#components/api/open-page.tsx";
import { AuthenticationPage } from "#components/authentication/authentication-page.tsx";
import { AUTHENTICATION_SECONDS } from "#components/authentication/authentication-seconds.ts";

export const metadata: Metadata = { title: "Authentication" };

export default async function Page() {
  const page = await openPage();
  await page.prefetch(page.trpc.authentication.get.queryOptions({ seconds: AUTHENTICATION_SECONDS }));
  return page.hydrate(<AuthenticationPage />);
}
