"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { isAllowed, minimalRole, type Procedure } from "#core/access/permissions.ts";

export interface May {
  readonly isAllowed: boolean;
  /** Why not, for the button that is off. */
  readonly reason: string | undefined;
}

/** Whether the person may call a procedure, by the same table the server uses. Until the session is known: yes, the server decides. */
export function useMay(procedure: Procedure): May {
  const trpc = useTRPC();
  const session = useQuery(trpc.session.me.queryOptions(undefined, { staleTime: 60_000 }));
  const principal = session.data?.principal;
  if (principal === undefined || principal === null || isAllowed(procedure, principal.role))
    return { isAllowed: true, reason: undefined };
  return { isAllowed: false, reason: `This needs the role ${minimalRole(procedure)}; you are ${principal.role}.` };
}
