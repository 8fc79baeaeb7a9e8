"use client";
import { LogIn } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import { LEAVE_FREELY } from "#components/ui/leave-freely.ts";

/** Leads to the sign-in and from there back to where one was. */
export function SignInAgain() {
  return (
    <Button variant="primary" onClick={signInAgain}>
      <LogIn aria-hidden /> Sign in
    </Button>
  );
}

function signInAgain(): void {
  // Edits are kept in this tab and come back after signing in: nothing asks whether to leave.
  window.dispatchEvent(new Event(LEAVE_FREELY));
  window.location.assign(`/sign-in?next=${encodeURIComponent(window.location.pathname + window.location.search)}`);
}
