"use client";
import { usePathname, useSearchParams } from "next/navigation";
import { parseRange, type Range } from "#components/shell/range.ts";

/** The page's time range, from the URL. */
export function useRange(): Range {
  return parseRange(useSearchParams().get("range"), usePathname());
}
