import { PharosError } from "#core/errors.ts";
import { readAnswer } from "#node/read-answer.ts";

/** A server that answers with JSON over HTTP. */
export interface JsonAddress {
  /** What a path is put behind. */
  readonly url: string;
  /** Sent with each request; they hold secrets. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface JsonAnswer {
  readonly status: number;
  /** Undefined where it is no JSON. */
  readonly value: unknown;
  /** Its beginning. */
  readonly text: string;
}

const TIMEOUT_MS = 30_000;
/** Of one answer: what is more is asked of too much. A dozen are read at the same time, and each comes to several times as much. */
const BYTES_MAX = 64 * 1024 * 1024;

/**
 * A form is sent where there is one. Rejects with "unavailable" where it is not answered or not allowed, "exhausted" where the answer is
 * too large. `headersFlag`: where what it asks for is to be put.
 */
export async function askJson(
  { url, headers }: JsonAddress,
  path: string,
  headersFlag: string,
  form?: URLSearchParams,
): Promise<JsonAnswer> {
  let status: number;
  let body: Uint8Array | undefined;
  try {
    const answer = await fetch(`${url}${path}`, {
      ...(form === undefined ? {} : { method: "POST", body: form }),
      headers,
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    status = answer.status;
    body = await readAnswer(answer, BYTES_MAX);
  } catch (cause) {
    throw new PharosError("unavailable", `${url}: ${wordsOf(cause)}`, { hint: "is it running there?", cause });
  }
  if (body === undefined)
    throw new PharosError("exhausted", `${url} answered with more than ${BYTES_MAX} bytes`, { hint: "ask for less" });
  if (status === 401 || status === 403)
    throw new PharosError("unavailable", `${url} answered ${status}`, {
      hint: `put what it asks for into the file of ${headersFlag}`,
    });
  const text = new TextDecoder().decode(body);
  return { status, value: parse(text), text: text.slice(0, 200) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wordsOf(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  return inner instanceof Error ? inner.message : String(inner);
}
