import { TopologySkeleton } from "#components/topology/topology-skeleton.tsx";
import { Awaited } from "#components/ui/awaited.tsx";

export default function TopologyLoading() {
  return (
    <div className="flex h-[calc(100dvh-var(--chrome))] min-h-[32rem] flex-col">
      <h1 className="sr-only">Topology</h1>
      <div className="h-12.25 shrink-0 border-line border-b bg-surface" />
      <Awaited>
        <TopologySkeleton />
      </Awaited>
    </div>
  );
}
