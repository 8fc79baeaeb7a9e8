import { expect, test } from "vitest";
import { PharosError } from "#core/errors.ts";
import { checkCsr } from "#server/ca/check-csr.ts";
import { makeCsr } from "#server/ca/testing/make-csr.ts";
import { fc, seed } from "#testing/fc.ts";

const REVIEWS = "spiffe://cluster.local/ns/default/sa/reviews";
const PEM = makeCsr({ names: [[{ kind: "uri", value: REVIEWS }]] });
const DER = Buffer.from(PEM.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");

const pemOf = (der: Uint8Array): string =>
  `-----BEGIN CERTIFICATE REQUEST-----\n${Buffer.from(der).toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;

test(`a damaged certificate request is refused by name, whatever is wrong with it (FUZZ_SEED=${seed})`, async () => {
  const damaged = fc
    .tuple(fc.nat(DER.length - 1), fc.nat(4), fc.uint8Array({ minLength: 1, maxLength: 4 }))
    .map(([at, cut, put]) => Buffer.concat([DER.subarray(0, at), Buffer.from(put), DER.subarray(at + cut)]));
  const text = fc.oneof(
    { weight: 5, arbitrary: damaged.filter((der) => !der.equals(DER)).map(pemOf) },
    fc.uint8Array({ maxLength: 300 }).map(pemOf),
    fc.string({ unit: "binary" }),
  );
  await fc.assert(
    fc.asyncProperty(text, async (pem) => {
      const error: unknown = await checkCsr(pem, REVIEWS).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(PharosError);
      expect(["invalid", "forbidden"]).toContain((error as PharosError).code);
    }),
    { seed, numRuns: 300 },
  );
});
