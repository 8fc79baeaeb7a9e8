import { Lock, LockOpen } from "lucide-react";
import { Badge, type Tone } from "#components/ui/badge.tsx";

const LOOK: Readonly<Record<string, { readonly tone: Tone; readonly word: string; readonly isLocked: boolean }>> = {
  strict: { tone: "ok", word: "Strict", isLocked: true },
  permissive: { tone: "warn", word: "Permissive", isLocked: false },
  disabled: { tone: "bad", word: "Off", isLocked: false },
};

/** The mTLS mode in force; what is not known says so. */
export function MtlsBadge({ mode }: { readonly mode: string }) {
  const look = LOOK[mode.toLowerCase()];
  if (look === undefined) return <Badge>{mode === "mixed" ? "Mixed" : "Unknown"}</Badge>;
  return (
    <Badge tone={look.tone} icon={look.isLocked ? <Lock aria-hidden /> : <LockOpen aria-hidden />}>
      {look.word}
    </Badge>
  );
}
