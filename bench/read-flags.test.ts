import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FlagUsage, readFlags } from "./read-flags.ts";

const DEFAULTS = { agents: "200", times: "1,10", istiod: "", plaintext: false };

test("flags that are not given are as the benchmark has them", () => {
  expect(readFlags(["--agents", "3", "--plaintext", "-o", "json"], DEFAULTS)).toEqual({
    agents: "3",
    times: "1,10",
    istiod: "",
    plaintext: true,
    output: "json",
  });
  expect(readFlags(["--times", "5"], DEFAULTS).times).toBe("5");
});

test.each([
  [["--help"], undefined],
  [["-h", "--agents"], undefined],
  [["--agent", "3"], "Unknown option '--agent'"],
  [["--agents"], "Option '--agents <value>' argument missing"],
  [["many"], "Unexpected argument 'many'"],
  [["--agents", "many"], "--agents many is no number"],
  [["--agents", "1,2"], "--agents 1,2 is no number"],
  [["--times", "1,"], "--times 1, is no list of numbers with commas"],
  [["-o", "xml"], "--output xml is none of table, json"],
])("%j is answered with the flags that there are", (args, problem) => {
  const usage = (() => {
    try {
      return readFlags(args, DEFAULTS);
    } catch (error) {
      return error;
    }
  })();
  expect(usage).toBeInstanceOf(FlagUsage);
  expect(usage).toMatchObject({
    problem,
    message: "  --agents 200\n  --times 1,10\n  --istiod\n  --plaintext\n  --output table",
  });
});

test.each([
  [["check", "--help"], 0, "usage: npm run bench -- check [flags]"],
  [["check", "--resource", "9"], 2, "Unknown option '--resource'\n\nusage: npm run bench -- check"],
  [["chek"], 2, "there is no benchmark chek\n\nusage: npm run bench -- NAME"],
])("%j is answered, and nothing is measured", (args, code, words) => {
  const main = join(import.meta.dirname, "main.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });
  expect([status, code === 0 ? stderr : stdout]).toEqual([code, ""]);
  expect(code === 0 ? stdout : stderr).toContain(words);
});
