import type { QueryClient } from "@tanstack/react-query";

/** After a write all that shows the mesh is old, except the checks and previews of the edit that made it. */
export async function refreshMesh(queryClient: QueryClient): Promise<void> {
  await queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "editor" });
}
