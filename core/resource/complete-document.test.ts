import { describe, expect, test } from "vitest";
import { completeDocument, explainLine } from "#core/resource/complete-document.ts";

/** The text with the cursor at the bar. */
function at(marked: string): [text: string, offset: number] {
  return [marked.replace("|", ""), marked.indexOf("|")];
}

const labels = (marked: string) => completeDocument(...at(marked))?.options.map(({ label }) => label) ?? null;

const ROUTING = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
spec:
  hosts: [reviews]
  http:
  - match:
    - uri:
        prefix: /a
    route:
    - destination:
        host: a
      weight: 90
    timeout: 5s
`;
const below = (line: string, text: string) => ROUTING.replace(line, `${line}\n${text}`);

describe("names", () => {
  test.each<[string, string, readonly string[]]>([
    [
      "of the spec, without those that are there",
      below("  hosts: [reviews]", "  |"),
      ["gateways", "exportTo", "tls", "tcp"],
    ],
    ["of an item, beside its others", below("      weight: 90", "      |"), ["headers"]],
    ["of an item that begins", below("      weight: 90", "    - |"), ["destination", "weight", "headers"]],
    ["within an object", below("        host: a", "        s|"), ["subset", "port"]],
    ["of a message in a list in a list", below("        prefix: /a", "        |"), ["exact", "regex"]],
  ])("%s", (_name, text, expected) => expect(labels(text)).toEqual(expected));

  test("of a rule, each with what it is and what it means", () => {
    const found = completeDocument(...at(below("    timeout: 5s", "    ret|")));
    expect(found?.options.find(({ label }) => label === "retries")).toMatchObject({
      text: "retries:",
      detail: "object",
    });
    expect(found?.options.map(({ label }) => label)).not.toContain("timeout");
    const beneath = completeDocument(
      ...at("kind: VirtualService\nspec:\n  http:\n  - fault:\n      abort:\n        h|"),
    );
    expect(beneath?.options.map(({ label }) => label)).toContain("httpStatus");
    expect(beneath?.options.map(({ label }) => label)).not.toContain("http2Error");
    const [text, offset] = at(below("    timeout: 5s", "    ret|"));
    expect(text.slice(found?.from, offset)).toBe("ret");
  });
});

test("what is written by its proto's name is there, where a kind takes such", () => {
  const written = (line: string) =>
    `apiVersion: mesh.pharos.dev/v1\nkind: MeshConfig\nspec:\n  access_log_file: /dev/stdout\n  default_config:\n    ${line}\n`;
  expect(labels(written("tra|"))).toContain("tracing");
  expect(labels(written("concurrency: 1\n  |"))).not.toContain("accessLogFile");
  expect(explainLine(written("concurrency: 1"), written("").indexOf("access_log"))).not.toBeNull();
});

describe("values", () => {
  test.each<[string, string, readonly string[] | null]>([
    [
      "of an enum",
      "kind: PeerAuthentication\nspec:\n  mtls:\n    mode: |",
      ["STRICT", "PERMISSIVE", "DISABLE", "UNSET"],
    ],
    ["of a boolean", "kind: VirtualService\nspec:\n  http:\n  - match:\n    - ignoreUriCase: t|", ["true", "false"]],
    ["the API of a kind", "apiVersion: |\nkind: Gateway\n", ["networking.istio.io/v1"]],
    [
      "the APIs of all kinds that are read",
      "apiVersion: |\n",
      [
        "networking.istio.io/v1",
        "security.istio.io/v1",
        "telemetry.istio.io/v1",
        "extensions.istio.io/v1alpha1",
        "mesh.pharos.dev/v1",
        "limits.pharos.dev/v1",
        "observe.pharos.dev/v1",
      ],
    ],
    [
      "of a later document",
      "kind: Gateway\n---\nkind: PeerAuthentication\nspec:\n  mtls:\n    mode: S|",
      ["STRICT", "PERMISSIVE", "DISABLE", "UNSET"],
    ],
    ["none of a text", "kind: VirtualService\nspec:\n  http:\n  - timeout: |", null],
    ["none in a comment", "kind: VirtualService\nspec: # |", null],
    ["none where no kind is named", "spec:\n  |", null],
    [
      "none beneath a field that is refused",
      "kind: VirtualService\nspec:\n  http:\n  - fault:\n      abort:\n        http2Error:\n        - |",
      null,
    ],
  ])("%s", (_name, text, expected) => expect(labels(text)).toEqual(expected));

  test("the kinds", () => expect(labels("kind: V|")).toContain("VirtualService"));
});

test.each<[string, string, readonly string[] | null]>([
  [
    "a field",
    ROUTING.replace("timeout", "time|out"),
    ["How long the whole request may take, with all its tries", "duration", "such as 5s or 250ms"],
  ],
  [
    "a refused one",
    "kind: VirtualService\nspec:\n  http:\n  - fault:\n      abort:\n        http2|Error: x",
    ["not handled: Istio refuses it too; use httpStatus or grpcStatus"],
  ],
  ["what no schema has", "kind: VirtualService\nspec:\n  nos|uch: 1", null],
])("explains %s", (_name, text, expected) => expect(explainLine(...at(text))).toEqual(expected));
