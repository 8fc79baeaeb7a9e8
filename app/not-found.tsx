import { Compass } from "lucide-react";
import { ButtonLink } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";

export default function NotFound() {
  return (
    <main className="flex min-h-dvh items-center justify-center">
      <EmptyState
        isPage
        icon={<Compass />}
        title="There is no such page"
        actions={<ButtonLink href="/overview">Go to the overview</ButtonLink>}
      >
        The address may be mistyped, or what it led to was deleted.
      </EmptyState>
    </main>
  );
}
