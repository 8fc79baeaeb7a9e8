"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { AUTHENTICATION_SECONDS } from "#components/authentication/authentication-seconds.ts";
import { TokensForm } from "#components/authentication/tokens-form.tsx";
import { EditorPage } from "#components/editor/editor-page.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";

const SECTION = { label: "Authentication", href: "/authentication" };

/** Tokens that are checked and have to be there, in one revision. */
export function TokensPage({ host }: { readonly host: string | null }) {
  const trpc = useTRPC();
  const catalog = useQuery(trpc.services.names.queryOptions());
  const view = useQuery(trpc.authentication.get.queryOptions({ seconds: AUTHENTICATION_SECONDS }));
  const list = useQuery(trpc.config.list.queryOptions({ kinds: ["RequestAuthentication", "AuthorizationPolicy"] }));
  return (
    <EditorPage
      section={SECTION}
      title="Require tokens"
      description="Tokens of an issuer are checked, and requests without one refused: both at once"
    >
      <QueryView query={catalog} what="the names of services" skeleton={<SkeletonRows />}>
        {(names) => (
          <QueryView query={view} what="what is checked already" skeleton={<SkeletonRows />}>
            {(authentication) => (
              <QueryView query={list} what="the policies there are" skeleton={<SkeletonRows />}>
                {(policies) => <TokensForm catalog={names} view={authentication} policies={policies} host={host} />}
              </QueryView>
            )}
          </QueryView>
        )}
      </QueryView>
    </EditorPage>
  );
}
