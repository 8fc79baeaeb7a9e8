"use client";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import type { AppRouter } from "#server/api/router.ts";

/** `useTRPC().services.list.queryOptions({ seconds })` and the like, anywhere below ApiProvider. */
export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();
