"use client";
import dynamic from "next/dynamic";
import { Skeleton } from "#components/ui/skeleton.tsx";

/** The editor's code comes when it is first shown. */
export const LazyYamlEditor = dynamic(() => import("#components/editor/yaml-editor.tsx"), {
  ssr: false,
  loading: () => (
    <div role="status" aria-label="Loading the editor">
      <Skeleton className="h-80 w-full" />
    </div>
  ),
});
