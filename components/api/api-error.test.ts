import { TRPCClientError } from "@trpc/client";
import { expect, test } from "vitest";
import { isRetryable, readApiError } from "#components/api/api-error.ts";

test.each([
  [
    "an error of the API keeps its words and hint",
    { message: "no service x", data: { code: "NOT_FOUND", reason: "not-found", hint: "see the list" } },
    { message: "no service x", reason: "not-found", hint: "see the list", resource: null },
  ],
  [
    "an ended session is told apart",
    { message: "needs a session", data: { code: "UNAUTHORIZED" } },
    { message: "needs a session", reason: "unauthenticated", hint: null, resource: null },
  ],
  [
    "what stands in the way is told by its reference, whatever the words are",
    {
      message: "somebody was faster",
      data: { code: "CONFLICT", reason: "conflict", hint: null, details: { resource: "Gateway/default/a" } },
    },
    { message: "somebody was faster", reason: "conflict", hint: null, resource: "Gateway/default/a" },
  ],
])("%s", (_, thrown, expected) => {
  expect(readApiError(thrown)).toEqual(expected);
});

test("a fetch that failed says that the server is away", () => {
  expect(readApiError(new TypeError("Failed to fetch")).reason).toBe("unavailable");
});

test("so does a stream that broke", () => {
  expect(readApiError(TRPCClientError.from(new Event("error") as unknown as Error)).reason).toBe("unavailable");
});

test("what did not come in time says so, and is not waited for again", async () => {
  // As a fetch ends that has a limit.
  const signal = AbortSignal.timeout(1);
  const late = await new Promise((_, fail) => signal.addEventListener("abort", () => fail(signal.reason))).catch(
    (reason: Error) => TRPCClientError.from(reason),
  );
  expect(readApiError(late)).toMatchObject({ reason: "silent", message: "the server did not answer in time" });
  expect(isRetryable(late)).toBe(false);
});

test.each([
  ["unavailable", true],
  ["forbidden", false],
  ["not-found", false],
  ["unauthenticated", false],
])("%s is retried: %s", (reason, expected) => {
  expect(isRetryable({ message: "x", data: { reason, code: "X" } })).toBe(expected);
});
