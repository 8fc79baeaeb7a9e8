import { statSync } from "node:fs";
import type { FileProblem } from "#core/xds/file-problem.ts";
import { type FileSecret, filesOf, parseFileSecret } from "#core/xds/file-secret-name.ts";
import { FileFaultError, type ReadSecret, readFileSecret } from "#mesh-agent/sds/read-file-secret.ts";
import { type EncodedSecret, encodeSecret } from "#mesh-agent/sds/secrets.ts";
import type { Logger } from "#node/log.ts";

/** More names than a host has certificates are a mistake. */
const WATCHED_MAX = 1000;

interface Watched {
  readonly source: FileSecret;
  /** What Envoy has: the last that was good. */
  good: { readonly encoded: EncodedSecret; readonly endsMs: ReadSecret["endsMs"] } | undefined;
  /** Of the files when they were last read. */
  readStamp: string;
  /** Of the files when they were last looked at. */
  seenStamp: string;
  /** What is wrong with them now; undefined when nothing is. */
  fault: Omit<FileProblem, "isLastGoodServed"> | undefined;
}

export interface FileSecretsOptions {
  readonly log: Logger;
  /** There is something new to serve. */
  readonly onChange: () => void;
  /** Something has come to be wrong with files, or right. */
  readonly onProblems: () => void;
  /** Whether Envoy asks for it now. The last good one of others is kept, for when it does again. */
  readonly isWanted: (name: string) => boolean;
  readonly now?: () => number;
}

/**
 * Certificates and authorities that lie in files, as secrets. Files are looked at again and again rather than watched:
 * that finds what is overwritten, renamed, or swapped behind a symbolic link, on any file system. What is not whole, or a
 * pair that does not belong together, never reaches Envoy: the last good one stays, and the problem is told.
 */
export class FileSecrets {
  readonly #watched = new Map<string, Watched>();
  readonly #options: FileSecretsOptions;
  readonly #now: () => number;

  constructor(options: FileSecretsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Those of these names that are of files are read now, and kept up to date from here on. */
  want(names: readonly string[]): void {
    for (const name of names) {
      if (this.#watched.has(name)) continue;
      const source = parseFileSecret(name);
      if (source === undefined) continue;
      if (this.#watched.size >= WATCHED_MAX) this.#dropUnwanted();
      if (this.#watched.size >= WATCHED_MAX) {
        this.#options.log.error("too many certificate files are asked for", { secret: name, limit: WATCHED_MAX });
        continue;
      }
      const stamp = stampOf(source);
      const watched: Watched = { source, good: undefined, readStamp: stamp, seenStamp: stamp, fault: undefined };
      this.#watched.set(name, watched);
      this.#read(name, watched);
    }
  }

  #dropUnwanted(): void {
    for (const name of this.#watched.keys()) if (!this.#options.isWanted(name)) this.#watched.delete(name);
  }

  /** Looks at every file. What changed is read once it has not changed from one look to the next: it may be half written. */
  look(): void {
    let isNew = false;
    for (const [name, watched] of this.#watched) {
      const stamp = stampOf(watched.source);
      const isSettled = stamp === watched.seenStamp;
      watched.seenStamp = stamp;
      if (!isSettled || stamp === watched.readStamp) continue;
      watched.readStamp = stamp;
      if (this.#read(name, watched)) isNew = true;
    }
    if (isNew) this.#options.onChange();
  }

  get secrets(): readonly EncodedSecret[] {
    return [...this.#watched.values()].flatMap(({ good }) => (good === undefined ? [] : [good.encoded]));
  }

  /** What an operator should look at: files that are wrong, certificates that have ended. Of what Envoy asks for no more, nothing. */
  get problems(): readonly FileProblem[] {
    const wanted = [...this.#watched].filter(([name]) => this.#options.isWanted(name));
    return wanted.flatMap(([secret, { fault, good, source }]): FileProblem[] => {
      const isLastGoodServed = good !== undefined;
      const [path = ""] = filesOf(source);
      const ended = endedOf(good?.endsMs ?? [], this.#now());
      return [
        ...(fault === undefined ? [] : [{ ...fault, isLastGoodServed }]),
        ...(ended === undefined ? [] : [{ secret, path, ...ended, isLastGoodServed }]),
      ];
    });
  }

  /** By secret: when the certificate that is served ends, of roots the next, ms since the epoch; the last where all have. */
  get expiries(): ReadonlyMap<string, number> {
    const now = this.#now();
    return new Map(
      [...this.#watched].flatMap(([name, { good }]) =>
        good === undefined || !this.#options.isWanted(name) ? [] : [[name, nextEnd(good.endsMs, now)]],
      ),
    );
  }

  /** Returns whether there is something new to serve. */
  #read(name: string, watched: Watched): boolean {
    let found: ReadSecret;
    try {
      found = readFileSecret(name, watched.source);
    } catch (error) {
      watched.fault = faultOf(name, watched.source, error);
      this.#options.log.error("certificate files are not served", {
        why: error instanceof Error ? error.message : String(error),
        kept: watched.good === undefined ? "none" : "the last good one",
      });
      this.#options.onProblems();
      return false;
    }
    const before = watched.good?.encoded.version;
    if (watched.fault !== undefined || before !== undefined)
      this.#options.log.info("certificate files are served anew", { secret: name });
    if (watched.fault !== undefined) this.#options.onProblems();
    watched.fault = undefined;
    watched.good = { encoded: encodeSecret(found.secret), endsMs: found.endsMs };
    return watched.good.encoded.version !== before;
  }
}

/** Others are trusted beside a root that has ended: only without any of them nobody is. */
function endedOf(
  endsMs: ReadSecret["endsMs"],
  nowMs: number,
): { readonly fault: "ended" | "root-ended"; readonly endedAtMs: number } | undefined {
  const ended = endsMs.filter((each) => each < nowMs);
  if (ended.length === 0) return undefined;
  return ended.length === endsMs.length
    ? { fault: "ended", endedAtMs: Math.max(...ended) }
    : { fault: "root-ended", endedAtMs: Math.min(...ended) };
}

function nextEnd(endsMs: ReadSecret["endsMs"], nowMs: number): number {
  const ahead = endsMs.filter((each) => each >= nowMs);
  return ahead.length === 0 ? Math.max(...endsMs) : Math.min(...ahead);
}

/** Differs when a file behind these names is another, or was written to. */
function stampOf(source: FileSecret): string {
  return filesOf(source)
    .map((path) => {
      try {
        const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
        return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
      } catch {
        return "-";
      }
    })
    .join(" ");
}

function faultOf(secret: string, source: FileSecret, error: unknown): Watched["fault"] {
  // What a library does not say otherwise: the agent goes on.
  if (!(error instanceof FileFaultError)) return { secret, path: filesOf(source)[0] ?? "", fault: "unreadable" };
  const { path, fault, errno } = error;
  return { secret, path, fault, ...(errno === undefined ? {} : { errno }) };
}
