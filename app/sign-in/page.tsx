import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { readParam, readSession, type SearchParams } from "#components/api/open-page.tsx";
import { Gate } from "#components/shell/gate.tsx";
import { safeNext } from "#components/shell/safe-next.ts";
import { SignInForm } from "#components/shell/sign-in-form.tsx";
import { Notice } from "#components/ui/notice.tsx";

export const metadata: Metadata = { title: "Sign in" };

export default async function Page({ searchParams }: { readonly searchParams: SearchParams }) {
  const next = safeNext(readParam(await searchParams, "next"));
  const session = await readSession();
  if (session.principal !== null) redirect(next);
  return (
    <Gate title="Sign in to Pharos">
      {session.needsSetup ? (
        <Notice tone="accent" title="There is no account yet" className="mb-4">
          The server printed a link when it started. Open it to make the first account.
        </Notice>
      ) : null}
      <SignInForm next={next} />
    </Gate>
  );
}
