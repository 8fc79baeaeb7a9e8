import { describe, expect, test } from "vitest";
import { problems, resource } from "#core/resource/testing/problems.ts";

/** Without the word that stands there. */
const found = (text: string) => problems(text).map((line) => line.replace(/ @.*/, ""));
const BAD = "error bad-value spec.endpoints[0].address";

describe("the address of an endpoint is one that a proxy can connect to", () => {
  test.each<[string, string, string[]]>([
    ["nothing behind the scheme", "unix://", [BAD]],
    ["a relative path", "unix://run/app.sock", [BAD]],
    ["a directory", "unix:///run/", [BAD]],
    ["an abstract socket without a name", "unix://@", [BAD]],
    ["a null character", "unix:///run/a\\0b", [BAD]],
    ["a line break", "unix:///run/a\\nb", [BAD]],
    ["a path of 108 bytes", `unix:///${"x".repeat(107)}`, [BAD]],
    ["a path of 108 bytes in fewer characters", `unix:///${"é".repeat(53)}x`, [BAD]],
    ["a path of 107 bytes", `unix:///${"x".repeat(106)}`, []],
    ["an abstract socket", "unix://@app", []],
  ])("%s", (_, address, expected) => {
    const spec = `{ hosts: [a.example.com], ports: [{ number: 80, name: http }], resolution: STATIC, endpoints: [{ address: "${address}" }] }`;
    expect(found(resource("ServiceEntry", spec))).toEqual(expected);
  });
});

describe("keepalive takes what Linux does", () => {
  const pool = (keepalive: string) =>
    found(
      resource(
        "DestinationRule",
        `{ host: a, trafficPolicy: { connectionPool: { tcp: { tcpKeepalive: ${keepalive} } } } }`,
      ),
    );
  const path = "spec.trafficPolicy.connectionPool.tcp.tcpKeepalive";
  test.each<[string, string[]]>([
    ["{ time: 7200s, interval: 75s, probes: 9 }", []],
    ["{ time: 2000000h }", [`error bad-value ${path}.time`]],
    ["{ time: 32768s }", [`error bad-value ${path}.time`]],
    ["{ interval: 500ms }", [`error bad-value ${path}.interval`]],
    ["{ probes: 128 }", [`error bad-value ${path}.probes`]],
  ])("%s", (keepalive, expected) => expect(pool(keepalive)).toEqual(expected));
});

describe("texts are no longer than Envoy takes, counted in bytes", () => {
  const route = (rule: string) =>
    found(resource("VirtualService", `{ hosts: [a], http: [{ route: [{ destination: { host: a } }], ${rule} }] }`));
  const header = (value: string) => route(`headers: { request: { set: { x-a: "${value}" } } }`);
  const wide = (bytes: number) => "é".repeat(bytes / 2);
  test.each<[string, string[], string[]]>([
    ["a header's value", header(wide(16_384)), []],
    ["a longer one", header(wide(16_386)), ["error bad-value spec.http[0].headers.request.set.x-a"]],
    [
      "the name of a header that is removed",
      route(`headers: { request: { remove: [${"x".repeat(16_385)}] } }`),
      ["error bad-value spec.http[0].headers.request.remove[0]"],
    ],
    [
      "the name of a query parameter",
      route(`match: [{ queryParams: { ${"x".repeat(1025)}: {} } }]`),
      [`error bad-value spec.http[0].match[0].queryParams.${"x".repeat(1025)}`],
    ],
    [
      "a regular expression that is larger in bytes",
      route(`match: [{ uri: { regex: "(?:${"é".repeat(20)}){1000}" } }]`),
      ["error bad-value spec.http[0].match[0].uri.regex"],
    ],
    [
      "a namespace of a policy, which becomes a regular expression",
      found(
        resource("AuthorizationPolicy", `{ rules: [{ from: [{ source: { namespaces: ["${"x".repeat(4097)}"] } }] }] }`),
      ),
      ["error bad-value spec.rules[0].from[0].source.namespaces[0]"],
    ],
  ])("%s", (_, given, expected) => expect(given).toEqual(expected));
});
