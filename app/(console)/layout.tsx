import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { ApiProvider } from "#components/api/api-provider.tsx";
import { openPage, readSession } from "#components/api/open-page.tsx";
import { ConsoleShell } from "#components/shell/console-shell.tsx";
import { parseTheme, THEME_COOKIE } from "#components/shell/theme.ts";
import { ToastProvider } from "#components/ui/toast.tsx";

/** Every page in here needs a session and asks for it itself, because it knows where to come back to. */
export default async function ConsoleLayout({ children }: { readonly children: ReactNode }) {
  const session = await readSession();
  if (session.principal === null) return children;
  const page = await openPage();
  await page.prefetch(page.trpc.proxies.list.queryOptions(), page.trpc.config.history.queryOptions({ limit: 1 }));
  const theme = parseTheme((await cookies()).get(THEME_COOKIE)?.value);
  return (
    <ApiProvider>
      <ToastProvider>
        {page.hydrate(
          <ConsoleShell session={session} principal={session.principal} theme={theme}>
            {children}
          </ConsoleShell>,
        )}
      </ToastProvider>
    </ApiProvider>
  );
}
