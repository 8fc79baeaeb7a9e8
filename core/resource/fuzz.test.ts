import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PharosError } from "#core/errors.ts";
import { formatJoinToken, parseJoinToken } from "#core/identity/join-token.ts";
import { editDocument } from "#core/resource/edit-document.ts";
import { parseLabelSelector } from "#core/resource/label-selector.ts";
import { locatePath } from "#core/resource/locate-path.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { parseRef } from "#core/resource/parse-ref.ts";
import { parsePath } from "#core/schema/path.ts";
import { Secret } from "#core/secret.ts";
import { fc, seed } from "#testing/fc.ts";

// What people and programs hand in, damaged: it is taken or refused by name, and nothing else is thrown.

const SAMPLES = join(import.meta.dirname, "../../samples/bookinfo/config");
const samples = readdirSync(SAMPLES).map((name) => readFileSync(join(SAMPLES, name), "utf8"));

const PIECES = [
  "&a ",
  "*a",
  "<<: *a",
  "---\n",
  "...\n",
  "? ",
  "- ",
  ": ",
  "{",
  "]",
  "|\n",
  ">-",
  "!!binary ",
  "!!js/function ",
  "%YAML 9.9\n",
  "\t",
  "\u0000",
  "\u2028",
  "\ud800",
  "__proto__: {}\n",
  "constructor: 1\n",
  "null",
  "1e999",
  "0x",
  "'",
  '"',
];

/** A text with pieces put in and parts taken out. */
function damaged(texts: readonly string[]): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(30),
    put: fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: "binary", maxLength: 6 })),
  });
  return fc.tuple(fc.constantFrom(...texts), fc.array(edit, { minLength: 1, maxLength: 5 })).map(([text, edits]) =>
    edits.reduce((all, { at, cut, put }) => {
      const from = Math.floor(at * all.length);
      return all.slice(0, from) + put + all.slice(from + cut);
    }, text),
  );
}

/** Runs it; whatever it throws must be the caller's fault. */
function refusesOrTakes(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(PharosError);
    expect((error as PharosError).code).toBe("invalid");
  }
}

describe(`FUZZ_SEED=${seed}`, () => {
  test("YAML documents", () => {
    fc.assert(
      fc.property(fc.oneof({ weight: 5, arbitrary: damaged(samples) }, fc.string({ unit: "binary" })), (text) => {
        const { documents, diagnostics } = parseDocuments(text);
        for (const { line, column } of diagnostics) {
          expect(line ?? 1).toBeGreaterThan(0);
          expect(column ?? 1).toBeGreaterThan(0);
        }
        // What was taken is plain data: it crosses threads and is stored.
        JSON.stringify(documents.map(({ resource }) => resource));
        expect({}).not.toHaveProperty("polluted");
      }),
      { seed, numRuns: 150 },
    );
  });

  test("edits of a document", () => {
    const path = fc.array(fc.oneof(fc.string(), fc.nat(5), fc.constantFrom("spec", "hosts", "__proto__")), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(damaged(samples), path, fc.jsonValue(), (text, at, value) => {
        refusesOrTakes(() => locatePath(text, at));
        for (const op of ["set", "insert", "delete"] as const)
          refusesOrTakes(() => editDocument(text, [{ op, path: at, value }]));
      }),
      { seed, numRuns: 100 },
    );
  });

  test("label selectors", () => {
    const part = fc.constantFrom(
      "app",
      "=",
      "==",
      "!=",
      "!",
      "in",
      "notin",
      "(",
      ")",
      ",",
      ">",
      "<",
      "v1",
      " ",
      "\n",
      "é",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(part).map((parts) => parts.join("")),
          fc.string({ unit: "binary" }),
        ),
        (text) => {
          refusesOrTakes(() => parseLabelSelector(text));
        },
      ),
      { seed, numRuns: 1000 },
    );
  });

  test("references and paths", () => {
    const part = fc.constantFrom("VirtualService", "/", "default", "__proto__", ".", "[", "]", "0", '"', "constructor");
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(part).map((parts) => parts.join("")),
          fc.string({ unit: "binary" }),
        ),
        (text) => {
          refusesOrTakes(() => parseRef(text));
          refusesOrTakes(() => parsePath(text));
        },
      ),
      { seed, numRuns: 1000 },
    );
  });

  test("join tokens", () => {
    const token = formatJoinToken({
      server: "127.0.0.1:15012",
      rootFingerprint: "ab".repeat(32),
      id: "abc",
      secret: new Secret("x".repeat(43)),
      trustDomain: "cluster.local",
      namespace: "default",
      serviceAccount: "reviews",
    });
    const claims = fc
      .jsonValue()
      .map((value) => `pharos1.${btoa(encodeURIComponent(JSON.stringify(value)))}.${"x".repeat(43)}`);
    fc.assert(
      fc.property(fc.oneof(damaged([token]), claims, fc.string({ unit: "binary" })), (text) => {
        refusesOrTakes(() => parseJoinToken(text));
      }),
      { seed, numRuns: 1000 },
    );
  });
});
