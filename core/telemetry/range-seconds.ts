import { z } from "zod";

/** Seconds back from now: ten seconds to a week. */
export const rangeSeconds = z.number().int().min(10).max(604_800).default(300);
