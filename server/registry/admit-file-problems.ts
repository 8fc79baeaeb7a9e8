import { FILE_FAULTS, type FileProblem, isEnd } from "#core/xds/file-problem.ts";
import { filesOf, parseFileSecret } from "#core/xds/file-secret-name.ts";

/** What an agent says of a file, before any of it is believed. */
export interface SaidFileProblem extends Omit<FileProblem, "fault"> {
  readonly fault: string;
}

/** Of one instance: a gateway has a few hundred certificates. */
const PROBLEMS_MAX = 500;
/** Of the names in all of them, in characters. */
const CHARS_MAX = 64 * 1024;
const ERRNO = /^[A-Z0-9]{1,16}$/;
/** The last moment that a date can hold. */
const TIME_MS_MAX = 8.64e15;

/**
 * What is kept of that: a known fault of a file that the secret's name stands for, once, and no words of the agent's. Whether
 * any object names the file is asked when it is told.
 */
export function admitFileProblems(said: readonly SaidFileProblem[]): readonly FileProblem[] {
  const kept: FileProblem[] = [];
  const seen = new Set<string>();
  let chars = 0;
  for (const { secret, path, fault, errno = "", endedAtMs = 0, isLastGoodServed } of said.slice(0, PROBLEMS_MAX)) {
    chars += secret.length + path.length;
    if (chars > CHARS_MAX) break;
    const source = parseFileSecret(secret);
    const files = source === undefined ? [] : filesOf(source);
    const known = FILE_FAULTS.find((each) => each === fault);
    const what = JSON.stringify([secret, path, fault]);
    if (known === undefined || !files.includes(path) || seen.has(what)) continue;
    seen.add(what);
    const hasEnd = isEnd({ fault: known }) && Number.isSafeInteger(endedAtMs) && Math.abs(endedAtMs) <= TIME_MS_MAX;
    kept.push({
      secret,
      path,
      fault: known,
      ...(known === "unreadable" && ERRNO.test(errno) ? { errno } : {}),
      ...(hasEnd && endedAtMs !== 0 ? { endedAtMs } : {}),
      isLastGoodServed,
    });
  }
  return kept;
}
