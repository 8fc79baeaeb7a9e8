import { expect, test } from "vitest";
import { pemBlocks } from "#node/pem-blocks.ts";

const LABELS = new Set(["CERTIFICATE", "X509 CERTIFICATE"]);
const block = (label: string, inside = "AAAA"): string => `-----BEGIN ${label}-----\n${inside}\n-----END ${label}-----`;
const [ONE, TWO] = [block("CERTIFICATE"), block("X509 CERTIFICATE", "BBBB")];

test.each([
  ["nothing", "", [], true],
  ["no PEM", "hello -----", [], true],
  ["two, with text between them", `a\n${ONE}\nb\r\n${TWO}\nc`, [ONE, TWO], true],
  ["others among them", `${block("PRIVATE KEY")}\n${ONE}`, [ONE], true],
  ["half a block", `${ONE}\n-----BEGIN CERTIFICATE-----\nAA`, [ONE], false],
  ["one that begins within another", `-----BEGIN CERTIFICATE-----\n${ONE}`, [], false],
  ["one that ends as another", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END X509 CERTIFICATE-----", [], false],
  ["many that do not end", "-----BEGIN CERTIFICATE-----".repeat(9_700), [], false],
])("%s", (_, text, blocks, isWhole) => {
  expect(pemBlocks(text, LABELS)).toEqual({ blocks, isWhole });
});
