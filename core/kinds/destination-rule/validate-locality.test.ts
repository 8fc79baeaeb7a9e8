import { expect, test } from "vitest";
import { problems, resource } from "#core/resource/testing/problems.ts";

const AT = "spec.trafficPolicy.loadBalancer.localityLbSetting";
const said = (setting: string, outlier = ", outlierDetection: {}") =>
  problems(
    resource(
      "DestinationRule",
      `{ host: a, trafficPolicy: { loadBalancer: { localityLbSetting: ${setting} }${outlier} } }`,
    ),
  ).map((each) => each.replace(/ @.*/s, "").replace(AT, ""));

test.each<[string, string, readonly string[]]>([
  ["shares", "{ distribute: [{ from: eu/a/*, to: { eu/*: 80, us: 20 } }, { from: '*', to: { '*': 100 } }] }", []],
  ["shares of 99", "{ distribute: [{ from: eu, to: { eu: 80, us: 19 } }] }", ["error weight-sum .distribute[0].to"]],
  ["shares of nobody", "{ distribute: [{ from: eu }] }", ["error weight-sum .distribute[0].to"]],
  ["a share of 0", "{ distribute: [{ from: eu, to: { eu: 100, us: 0 } }] }", ["error bad-value .distribute[0].to.us"]],
  [
    "a caller that two shares are for",
    "{ distribute: [{ from: eu/*, to: { eu: 100 } }, { from: eu/a, to: { eu: 100 } }] }",
    ["error conflicting-fields .distribute[1].from"],
  ],
  [
    "the wider of two without a wildcard",
    "{ distribute: [{ from: eu/a, to: { eu: 100 } }, { from: eu, to: { eu: 100 } }] }",
    ["error conflicting-fields .distribute[1].from"],
  ],
  ["the rest after the others", "{ distribute: [{ from: eu, to: { eu/a: 50, eu/*: 50 } }] }", []],
  ["an empty part", "{ distribute: [{ from: eu//1, to: { eu: 100 } }] }", ["error bad-value .distribute[0].from"]],
  ["no caller", "{ distribute: [{ to: { eu: 100 } }] }", ["error bad-value .distribute[0].from"]],
  ["a * inside", "{ distribute: [{ from: '*/a', to: { eu: 100 } }] }", ["error bad-value .distribute[0].from"]],
  ["another region", "{ failover: [{ from: eu, to: us }] }", []],
  ["the same region", "{ failover: [{ from: eu, to: eu }] }", ["error bad-value .failover[0].to"]],
  [
    "a zone and a wildcard",
    "{ failover: [{ from: eu/a, to: '*' }] }",
    ["error bad-value .failover[0].from", "error bad-value .failover[0].to"],
  ],
  [
    "shares and another region",
    "{ distribute: [{ from: eu, to: { eu: 100 } }], failover: [{ from: eu, to: us }] }",
    ["error conflicting-fields .failover"],
  ],
  [
    "shares and labels",
    "{ distribute: [{ from: eu, to: { eu: 100 } }], failoverPriority: [a] }",
    ["warning no-effect .failoverPriority"],
  ],
  ["labels and another region", "{ failoverPriority: [a], failover: [{ from: eu, to: us }] }", []],
  [
    "the region as a label, and another region",
    "{ failoverPriority: [a, topology.kubernetes.io/region], failover: [{ from: eu, to: us }] }",
    ["error conflicting-fields .failoverPriority[1]"],
  ],
])("%s", (_, setting, expected) => expect(said(setting)).toEqual(expected));

test("nothing fails over where nobody finds out about failures", () => {
  expect(said("{ failover: [{ from: eu, to: us }] }", "")).toEqual(["warning no-effect "]);
  expect(said("{ failoverPriority: [a] }", "")).toEqual(["warning no-effect "]);
  expect(said("{ failoverPriority: [a], enabled: false }", "")).toEqual([]);
  expect(said("{ distribute: [{ from: eu, to: { eu: 100 } }] }", "")).toEqual([]);
});

test("zones share, or localities do", () => {
  const both = (settings: string) =>
    problems(
      resource(
        "DestinationRule",
        `{ host: a, trafficPolicy: { loadBalancer: { ${settings} }, outlierDetection: {} } }`,
      ),
    ).map((each) => each.replace(/ @.*/s, ""));
  expect(both("localityLbSetting: {}, zoneAwareLbSetting: {}")).toEqual([
    "error conflicting-fields spec.trafficPolicy.loadBalancer.zoneAwareLbSetting",
  ]);
  expect(both("zoneAwareLbSetting: {}")).toEqual([]);
});
