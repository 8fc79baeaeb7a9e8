import { z } from "zod";
import { FILTER_CHARS_MAX } from "#core/telemetry/request-filter.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import type { TappedHeaders } from "#core/telemetry/tapped-header.ts";

export const TAP_SECONDS = { min: 5, default: 600, max: 3600 } as const;

export const tapInput = z.object({
  /** In the words of request-filter.ts. */
  filter: z.string().max(FILTER_CHARS_MAX).default(""),
  /** It ends of itself after so long. */
  seconds: z.number().int().min(TAP_SECONDS.min).max(TAP_SECONDS.max).default(TAP_SECONDS.default),
});
export type TapInput = Readonly<z.output<typeof tapInput>>;

/** A request as it happened: shown, and kept nowhere. */
export type TappedRequest = RequestRecord & {
  /** Null where they were not asked for, or not caught. */
  readonly headers: TappedHeaders | null;
};

/** What is new since the last; all counts are since the tap began. */
export interface TapNews {
  /** In the order in which they came. */
  readonly rows: readonly TappedRequest[];
  readonly leftOut: {
    /** More than proxies, or this server, may hand over. */
    readonly overRate: number;
    /** More than was read. */
    readonly unread: number;
  };
  readonly proxies: {
    /** That may have such requests. */
    readonly meant: number;
    /** Of those, asked: beyond a bound the rest are not. */
    readonly asked: number;
    /** Whose agents follow what is asked of them. */
    readonly following: number;
  };
  /** Why headers are missing, and at how many proxies. */
  readonly headerProblems: readonly { readonly problem: string; readonly proxies: number }[];
  /** What of the filter was not understood, and is not asked for. */
  readonly errors: readonly string[];
  readonly endsAtMs: number;
  /** This is the last: its time is over. */
  readonly isOver: boolean;
}
