import type { ErrorCode } from "#core/errors.ts";

/** What the process ends with; part of the interface, listed by `pharos help exit-codes`. */
export const EXIT = {
  ok: 0,
  /** `pharos diff` found differences, `pharos analyze` a finding that it is to fail on. */
  differs: 1,
  /** Unknown verb, flag or argument. */
  usage: 2,
  /** The input was refused: diagnostics say why. */
  invalid: 3,
  notFound: 4,
  /** Somebody else changed it since. */
  conflict: 5,
  /** Not signed in, or not allowed. */
  access: 6,
  /** What was written cannot be translated for proxies, a proxy refused it, or cannot read a file that it names. */
  refused: 7,
  /** `--wait` ran out of time. */
  timeout: 8,
  /** No answer from the server, or something else that is needed is missing. */
  unreachable: 9,
  internal: 10,
} as const;

/** The exit code of each error code. */
export const EXIT_OF = {
  invalid: EXIT.invalid,
  unauthenticated: EXIT.access,
  forbidden: EXIT.access,
  "not-found": EXIT.notFound,
  conflict: EXIT.conflict,
  "too-large": EXIT.invalid,
  exhausted: EXIT.unreachable,
  unavailable: EXIT.unreachable,
  timeout: EXIT.timeout,
  internal: EXIT.internal,
} as const satisfies Record<ErrorCode, number>;
