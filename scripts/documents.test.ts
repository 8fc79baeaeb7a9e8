import { existsSync, globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";

const read = (path: string): string => readFileSync(path, "utf8");
const PACKAGE = z.object({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
});
const LOCK = z.object({ packages: z.record(z.string(), z.object({ license: z.string().optional() })) });

test("docs/dependencies.md names each package that is asked for, with its licence", () => {
  const asked = PACKAGE.parse(JSON.parse(read("package.json")));
  const { packages } = LOCK.parse(JSON.parse(read("package-lock.json")));
  const [, atRunTime = "", toBuild = ""] = read("docs/dependencies.md").split(/^## /m);
  for (const [text, names] of [
    [atRunTime, Object.keys(asked.dependencies)],
    [toBuild, Object.keys(asked.devDependencies)],
  ] as const) {
    const told = [...text.matchAll(/^\| (\S+) +\| (.+?) +\|$/gm)].map(([, name = "", licence = ""]) => [name, licence]);
    expect(told.filter(([name = ""]) => !/^(?:package|-+)$/.test(name))).toEqual(
      names.sort().map((name) => [name, packages[`node_modules/${name}`]?.license]),
    );
  }
});

test("decisions have a number each", () => {
  const numbers = globSync("docs/adr/*.md").map((path) => /(\d{4})-/.exec(path)?.[1]);
  expect(numbers.filter((number, index) => numbers.indexOf(number) !== index)).toEqual([]);
});

test("files that documents name are there", () => {
  const named = globSync(["*.md", "docs/**/*.md"]).flatMap((document) =>
    [
      ...read(document).matchAll(
        /`((?:bench|cli|components|core|docs|mesh-agent|node|programs|server|testing)\/[\w./-]+)`/g,
      ),
    ].map(([, path = ""]) => ({ document, path })),
  );
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter(({ path }) => !existsSync(path))).toEqual([]);
});
