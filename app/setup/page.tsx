import type { Metadata } from "next";
import { readParam, readSession, type SearchParams } from "#components/api/open-page.tsx";
import { Gate } from "#components/shell/gate.tsx";
import { SetupForm } from "#components/shell/setup-form.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { Notice } from "#components/ui/notice.tsx";

export const metadata: Metadata = { title: "Set up", referrer: "no-referrer" };

export default async function Page({ searchParams }: { readonly searchParams: SearchParams }) {
  const token = readParam(await searchParams, "token");
  const { needsSetup } = await readSession();
  if (!needsSetup)
    return (
      <Gate title="Pharos is set up">
        <p className="mb-4 text-muted text-sm">There is an account already. Sign in with it.</p>
        <ButtonLink variant="primary" href="/sign-in" className="w-full">
          Sign in
        </ButtonLink>
      </Gate>
    );
  return (
    <Gate title="Make the first account" footer="It will be an administrator.">
      {token === undefined ? (
        <Notice tone="warn">This page needs the one-time link that the server printed when it started.</Notice>
      ) : (
        <SetupForm token={token} />
      )}
    </Gate>
  );
}
