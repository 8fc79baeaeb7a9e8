import { textOf, wholeOf } from "#core/telemetry/access-entry.ts";
import { ANSWER_METADATA } from "#core/xds/limits-metadata.ts";

/** How far a request has come that a limit counts bytes of. */
export interface LastingStream {
  /** As the agent's answer named it. */
  readonly id: string;
  /** 0 where there is no response yet. */
  readonly status: number;
  /** Of the request and its response. */
  readonly bytes: number;
  /** It lasts no more. */
  readonly hasEnded: boolean;
}

const ENDED = "DownstreamEnd";

/** Of lines between those of requests that have ended, and one with the last. */
export const LASTING_FORMAT = {
  li: `%DYNAMIC_METADATA(${ANSWER_METADATA.filter}:${ANSWER_METADATA.id})%`,
  c: "%RESPONSE_CODE%",
  bi: "%BYTES_RECEIVED%",
  bo: "%BYTES_SENT%",
  at: "%ACCESS_LOG_TYPE%",
} as const;

/** In such a line, and in no other: what clients put into one has no quotes that are not escaped. */
export const LASTING_MARK = '"li":';

/** Undefined for every other line. */
export function parseLastingStream(line: string): LastingStream | undefined {
  if (!line.includes(LASTING_MARK)) return undefined;
  try {
    const { li, c, bi, bo, at } = JSON.parse(line) as Partial<Record<keyof typeof LASTING_FORMAT, unknown>>;
    const id = textOf(li);
    if (id === "") return undefined;
    return { id, status: wholeOf(c), bytes: wholeOf(bi) + wholeOf(bo), hasEnded: at === ENDED };
  } catch {
    return undefined;
  }
}
