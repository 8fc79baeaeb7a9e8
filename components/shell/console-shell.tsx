import type { CSSProperties, ReactNode } from "react";
import { DemoNotice } from "#components/shell/demo-notice.tsx";
import { SideNav } from "#components/shell/side-nav.tsx";
import type { Theme } from "#components/shell/theme.ts";
import { TopBar } from "#components/shell/top-bar.tsx";
import type { PrincipalView, SessionView } from "#core/view/session.ts";

export interface ConsoleShellProps {
  readonly session: SessionView;
  readonly principal: PrincipalView;
  readonly theme: Theme;
  readonly children: ReactNode;
}

/** The frame of every signed-in page. */
export function ConsoleShell({ session, principal, theme, children }: ConsoleShellProps) {
  return (
    <div className="flex min-h-dvh" style={{ "--chrome": session.isDemoSignIn ? "5rem" : "3.25rem" } as CSSProperties}>
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-60 focus:rounded-md focus:bg-accent-fill focus:px-3 focus:py-2 focus:text-on-accent"
      >
        Skip to the page
      </a>
      <SideNav version={session.version} />
      <div className="flex min-w-0 flex-1 flex-col">
        {session.isDemoSignIn ? <DemoNotice /> : null}
        <TopBar principal={principal} isDemoSignIn={session.isDemoSignIn} theme={theme} />
        <main id="main" tabIndex={-1} className="flex min-w-0 flex-1 flex-col outline-none">
          {children}
        </main>
      </div>
    </div>
  );
}
