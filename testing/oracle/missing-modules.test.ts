import { expect, test } from "vitest";
import { missingModules } from "#testing/oracle/missing-modules.ts";

// As `go build` of Go 1.26 said them.
test("modules that cannot be had are named, with the reason", () => {
  const said = `build.go:15:2: istio.io/istio@v0.0.0-20260827124520-eed52ebb66ad: Get "https://proxy.example.com/istio.io/istio/@v/v0.0.0-20260827124520-eed52ebb66ad.zip": dial tcp: lookup proxy.example.com: no such host
validate.go:9:2: istio.io/istio@v0.0.0-20260827124520-eed52ebb66ad: Get "https://proxy.example.com/istio.io/istio/@v/v0.0.0-20260827124520-eed52ebb66ad.zip": dial tcp: lookup proxy.example.com: no such host
`;
  expect(missingModules(said)).toMatch(
    /^its modules cannot be had: istio\.io\/istio@v0\.0\.0-20260827124520-eed52ebb66ad: Get ".*": dial tcp: .*: no such host$/,
  );
  expect(missingModules("main.go:18:2: module lookup disabled by GOPROXY=off\n")).toMatch(/GOPROXY=off$/);
});

test.each([
  ["a compile error", "# example.com/oracle\n./build.go:45:14: undefined: mesh.Nothing\n"],
  [
    "an import that go.mod does not have",
    "build.go:9:2: no required module provides package example.com/a; to add it:\n",
  ],
  ["a sum that differs", "verifying istio.io/istio@v1.0.0: checksum mismatch\n\tdownloaded: h1:a\n\tgo.sum: h1:b\n"],
  [
    "a version that there is not",
    "go: istio.io/istio@v9.9.9: reading https://proxy.example.com/a.mod: 404 Not Found\n",
  ],
])("%s is a fault", (_, said) => {
  expect(missingModules(said)).toBeUndefined();
});
