import { Spinner } from "#components/ui/spinner.tsx";

/** The canvas while there is nothing to draw on it yet. */
export function TopologySkeleton() {
  return (
    <div
      role="status"
      aria-label="Loading the topology"
      className="flex flex-1 items-center justify-center gap-2 text-muted"
    >
      <Spinner /> Reading the traffic
    </div>
  );
}
