import type { Answer } from "#server/envoy/testing/answer.ts";
import type { Expectation } from "#server/envoy/testing/scenario.ts";
import type { SeenRequest } from "#server/envoy/testing/seen-request.ts";

/** Of an answer what is asked about, to be compared with what is to be. */
export function pickTold(expected: Expectation, answer: Answer): Expectation {
  const { status, app, headers, trailers, seen, closed, continued } = expected;
  return {
    ...(status === undefined ? {} : { status: answer.status ?? 0 }),
    ...(app === undefined ? {} : { app: answer.app ?? "" }),
    ...(headers === undefined ? {} : { headers: pickHeaders(headers, answer.headers) }),
    ...(trailers === undefined ? {} : { trailers: pickHeaders(trailers, answer.trailers) }),
    ...(seen === undefined ? {} : { seen: pickSeen(seen, answer.seen) ?? {} }),
    ...(closed === undefined ? {} : { closed: answer.closed ?? false }),
    ...(continued === undefined ? {} : { continued: answer.continued ?? false }),
  };
}

/** The same of a request. */
export function pickSeen(
  wanted: NonNullable<Expectation["seen"]>,
  got: Partial<SeenRequest> | undefined,
): Expectation["seen"] {
  return Object.fromEntries(
    Object.keys(wanted).map((key) => [
      key,
      key === "headers"
        ? pickHeaders(wanted.headers, got?.headers)
        : key === "peer"
          ? peerOf(got?.headers?.["x-forwarded-client-cert"])
          : got?.[key as "method" | "path"],
    ]),
  );
}

function pickHeaders(
  wanted: Readonly<Record<string, string | null>> = {},
  got: Readonly<Record<string, string>> = {},
): Record<string, string | null> {
  return Object.fromEntries(Object.keys(wanted).map((name) => [name, got[name.toLowerCase()] ?? null]));
}

/** `namespace/account` of the last proxy's caller, by X-Forwarded-Client-Cert. */
function peerOf(header = ""): string | null {
  const [, namespace, account] = /URI=spiffe:\/\/[^/]+\/ns\/([^/]+)\/sa\/([^;,"]+)[^,]*$/.exec(header) ?? [];
  return namespace === undefined ? null : `${namespace}/${account}`;
}
