import type { Metadata } from "next";
import { openPage, readParam, type SearchParams } from "#components/api/open-page.tsx";
import { NewResourcePage } from "#components/kinds/new-resource-page.tsx";
import { NewSecurityPage } from "#components/security/new-security-page.tsx";
import { formOf, kindsIn } from "#core/kinds/kinds.ts";

export const metadata: Metadata = { title: "New policy" };

/** `?host=&principal=&action=DENY|ALLOW&namespace=&kind=PeerAuthentication`: whatever a link knows already. */
export default async function Page({ searchParams }: { readonly searchParams: SearchParams }) {
  const params = await searchParams;
  const kind = kindsIn("security").find((each) => each === readParam(params, "kind")) ?? "AuthorizationPolicy";
  const page = await openPage();
  await page.prefetch(
    page.trpc.services.names.queryOptions(),
    page.trpc.config.list.queryOptions({ kinds: [...kindsIn("security")] }),
  );
  const namespace = readParam(params, "namespace") ?? "default";
  const form = formOf(kind);
  const principal = params.principal;
  return page.hydrate(
    form === "policy" || form === "mtls" ? (
      <NewSecurityPage
        kind={kind}
        form={form}
        namespace={namespace}
        host={readParam(params, "host") ?? null}
        principals={principal === undefined ? [] : [principal].flat()}
        action={readParam(params, "action") === "ALLOW" ? "ALLOW" : "DENY"}
      />
    ) : (
      <NewResourcePage kind={kind} namespace={namespace} />
    ),
  );
}
