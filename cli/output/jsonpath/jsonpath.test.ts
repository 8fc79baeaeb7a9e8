import { describe, expect, test } from "vitest";
import { UsageError } from "#cli/failure.ts";
import { parseTemplate } from "#cli/output/jsonpath/parse-template.ts";
import { renderTemplate } from "#cli/output/jsonpath/render-template.ts";

const LIST = {
  kind: "List",
  items: [
    {
      kind: "Gateway",
      metadata: { name: "edge", labels: { app: "edge", "team-name": "a", "team.example/owner": "shop" } },
      spec: { ports: [80, 443], tls: true, weight: null },
    },
    { kind: "VirtualService", metadata: { name: "it's}[1]", labels: {} }, spec: { ports: [] } },
  ],
};

const render = (expression: string) => renderTemplate(parseTemplate(expression), LIST);

/** As kubectl prints them; `$` in a range, and an expression without braces, are as its manual has them and `kubectl wait` does. */
test.each<[string, string]>([
  ["{.kind}", "List"],
  ["{$.kind}", "List"],
  ["{@.kind}", "List"],
  ["{ .kind }", "List"],
  ["kind: {.kind}!", "kind: List!"],
  [".kind", "List"],
  ["kind", "List"],
  ["items[0].kind", "Gateway"],
  ["{.items[*].metadata.name}", "edge it's}[1]"],
  ["{.items.*.kind}", "Gateway VirtualService"],
  ["{..name}", "edge it's}[1]"],
  ["{..metadata.name}", "edge it's}[1]"],
  ["{.items[-1].kind}", "VirtualService"],
  ["{.items[0:1].kind}", "Gateway"],
  ["{.items[0].spec.ports[*]}", "80 443"],
  ["{.items[0].spec.ports}", "[80,443]"],
  ["{.items[0].spec.tls}{.items[0].spec.weight}", "truenull"],
  ["{.items[0]['kind','metadata'].name}", "edge"],
  ["{.items[0].metadata.labels.team-name}", "a"],
  ["{.items[0].metadata.labels.team\\.example/owner}", "shop"],
  ["{.items[0].metadata.labels['team.example/owner']}", "shop"],
  ['{.items[?(@.kind=="Gateway")].metadata.name}', "edge"],
  ["{.items[?(@.metadata.name=='it\\'s}[1]')].kind}", "VirtualService"],
  ["{.items[?(@.spec.tls)].kind}", "Gateway"],
  ["{.nothing.there}", ""],
  ["{.constructor}{.items.length}{.__proto__}", ""],
  ['{range .items[*]}{.kind}{"\\t"}{@.metadata.name}{"\\n"}{end}', "Gateway\tedge\nVirtualService\tit's}[1]\n"],
  ["{range .items[*]}{range .spec.ports[*]}{@},{end};{end}", "80,443,;;"],
  ["{range .items[*]}{$.kind} {end}", "List List "],
  ["{range .nothing[*]}never{end}", ""],
  ["{'it\\'s \\\\'}{\"{}\"}", "it's \\{}"],
  ["{.}", JSON.stringify(LIST)],
])("%s prints %j", (expression, printed) => {
  expect(render(expression)).toBe(printed);
});

describe("an expression that is none says where and what", () => {
  test.each([
    ["", "there is no expression at character 1"],
    ["{.kind", '"{" is not closed at character 1'],
    ["a{.kind}}", '"}" closes nothing at character 9'],
    ["{}", "nothing is in the braces at character 2"],
    ["{kind}", '"kind" is not a path at character 2'],
    ["{.items..}", "a name is missing at character 10"],
    ["{.kind.}", "a name is missing at character 8"],
    ["{.items[0}", '"[" is not closed at character 8'],
    ["ab{.items[nine]}", '"n" makes no sense at character 11'],
    ["{.items[?(@.kind=~/G/)]}", '"=" makes no sense at character 17'],
    ["{.items[?(shout(@.kind)=='A')]}", 'there is no function "shout" at character 11'],
    ["{.kind .name}", '" " makes no sense at character 7'],
    ["items[nine]", '"n" makes no sense at character 7'],
    ["{range .items[*]}{.kind}", "the range is not ended: {end} is missing at character 2"],
    ["{.kind}{end}", '"end" ends no range at character 9'],
    ["{range  .items[}{end}", '"[" is not closed at character 15'],
    ['{"a" .kind}', "quoted text is not all there is in its braces at character 2"],
    ['{"\\q"}', '"\\\\q" is not an escape at character 3'],
  ])("%j", (expression, message) => {
    expect(() => parseTemplate(expression)).toThrow(`${JSON.stringify(expression)}: ${message}`);
    expect(() => parseTemplate(expression)).toThrow(UsageError);
    expect(() => parseTemplate(expression)).toThrow(expect.objectContaining({ hint: expect.stringMatching(/\w/) }));
  });
});
