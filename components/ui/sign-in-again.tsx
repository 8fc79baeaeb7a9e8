"use client";
import { LogIn } from "lucide-react";
import { Button } from "#components/ui/button.tsx";

/** Leads to the sign-in and from there back to where one was. */
export function SignInAgain() {
  return (
    <Button variant="primary" onClick={signInAgain}>
      <LogIn aria-hidden /> Sign in
    </Button>
  );
}

function signInAgain(): void {
  window.location.assign(`/sign-in?next=${encodeURIComponent(window.location.pathname + window.location.search)}`);
}
