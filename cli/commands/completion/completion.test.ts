import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KIND_NAMES, KINDS } from "#core/kinds/kinds.ts";
import { MAIN, runPharos } from "#testing/run-pharos.ts";
import { type Serve, startServe } from "#testing/start-serve.ts";

const CONFIG = `
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: reviews-v1 }
spec: { metadata: { labels: { app: reviews } }, template: { serviceAccount: reviews } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews }
spec: { host: reviews }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: ratings }
spec: { host: ratings }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: till, namespace: shop }
spec: { host: till }
`;

let server: Serve;
let place: string;
/** What `pharos completion SHELL` prints. */
const scripts = new Map<string, string>();

beforeAll(async () => {
  server = await startServe();
  expect(await runPharos(server.dir, ["apply", "-f", "-", "--reason", "first"], CONFIG)).toMatchObject({ code: 0 });
  for (const shell of ["bash", "zsh", "fish"])
    scripts.set(shell, (await runPharos(server.dir, ["completion", shell])).stdout);
  place = mkdtempSync(join(tmpdir(), "pharos-completion-"));
  writeFileSync(join(place, "mesh one.yaml"), "");
  mkdirSync(join(place, "more"));
});
afterAll(async () => {
  await server.stop();
  rmSync(place, { recursive: true, force: true });
});

/** Runs `script` in `shell`, where $NODE $MAIN is this program and $SCRIPT what the shell was to source. */
async function run(shell: "bash" | "zsh" | "fish", script: string): Promise<string> {
  const args = shell === "fish" ? ["--no-config", "-c", script] : [shell === "zsh" ? "-fc" : "-c", script];
  const env = { ...process.env, PHAROS_DIR: server.dir, NODE: process.execPath, MAIN, SCRIPT: scripts.get(shell) };
  const child = spawn(shell, args, { cwd: place, env, stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(stderr).toBe("");
  return stdout;
}

const FUNCTION = 'pharos() { "$NODE" "$MAIN" "$@"; }';
const quote = (word: string) => `'${word}'`;

/** What bash offers for `line`, cut into words as bash cuts it. */
async function inBash(...words: string[]): Promise<string[]> {
  const offered = await run(
    "bash",
    `${FUNCTION}; eval "$SCRIPT"; compopt() { :; }
     COMP_WORDS=(pharos ${words.map(quote).join(" ")}); COMP_CWORD=${words.length}
     _pharos; printf '%s\\n' "\${COMPREPLY[@]}"`,
  );
  return offered.split("\n").filter((word) => word !== "");
}

const DR = ["ratings", "reviews"];
const TYPES = [...KIND_NAMES.map((kind) => KINDS[kind].plural)];

describe("bash offers", () => {
  test.each<[string[], string[]]>([
    // Verbs, their aliases and what help can be asked about.
    [["pro"], ["proxy-status", "proxy-config"]],
    [
      ["token", ""],
      ["create", "list", "revoke", "help"],
    ],
    [["help", "ro"], ["rollback"]],
    [["token", "help", "r"], ["revoke"]],
    [
      ["completion", ""],
      ["bash", "zsh", "fish"],
    ],
    // Flags and their values.
    [
      ["get", "vs", "--s"],
      ["--server", "--selector"],
    ],
    [["get", "-A", "vs", "--all"], []],
    [
      ["ps", "-o", ""],
      ["table", "json", "yaml", "jsonpath="],
    ],
    [["get", "vs", "-o", "w"], ["wide"]],
    [
      ["get", "vs", "--output", "=", "j"],
      ["json", "jsonpath="],
    ],
    [
      ["get", "vs", "--output", "="],
      ["table", "wide", "name", "json", "yaml", "jsonpath="],
    ],
    [
      ["apply", "--dry-run", ""],
      ["server", "client"],
    ],
    [["graph", "--view", "v"], ["versioned-app"]],
    [
      ["get", "dr", "-n", ""],
      ["default", "shop"],
    ],
    [["token", "create", "--group", ""], ["reviews-v1"]],
    [["apply", "--reason", ""], []],
    // Files.
    [
      ["apply", "-f", "m"],
      ["mesh one.yaml", "more"],
    ],
    [
      ["apply", "-f", "more", "m"],
      ["mesh one.yaml", "more"],
    ],
    [["apply", "--filename", "=", "mesh"], ["mesh one.yaml"]],
    [["join", "--out", ""], ["more"]],
    // Types and names.
    [
      ["get", ""],
      [...TYPES, "all"],
    ],
    [
      ["get", "dr,work"],
      ["dr,workloadgroups", "dr,workloadentries"],
    ],
    [["get", "dr", ""], DR],
    [["get", "destinationrules", "reviews", "r"], ["ratings"]],
    [["get", "-n", "shop", "dr", ""], ["till"]],
    [["get", "-nshop", "dr", ""], ["till"]],
    [["get", "--namespace=shop", "dr", ""], ["till"]],
    [
      ["get", "-A", "dr", ""],
      [...DR, "till"],
    ],
    [
      ["delete", "dr,wg", ""],
      [...DR, "reviews-v1"],
    ],
    [
      ["get", "dr/r"],
      ["dr/ratings", "dr/reviews"],
    ],
    [["get", "dr/reviews", "wg/"], ["wg/reviews-v1"]],
    [["history", "gate"], ["gateways/"]],
    [["history", "vs/x", ""], []],
    [["rollback", ""], ["1"]],
    [["get", "pods", ""], []],
    [["pc", "c"], ["cluster"]],
    // No server, no names; and no noise.
    [["get", "--server", "http://127.0.0.1:2", "dr", ""], []],
    [["nosuch", ""], []],
  ])("%j → %j", async (words, offered) => {
    expect(await inBash(...words)).toEqual(offered);
  });
});

const has = (shell: string) => spawnSync(shell, ["--version"]).status === 0;

describe.skipIf(!has("fish"))("fish offers", () => {
  test.each([
    ["pharos pro", /^proxy-config\t.*\nproxy-status\tthe proxy fleet/],
    ["pharos get -A dr ", /^ratings\tratings\nreviews\treviews\ntill\ttill\n$/],
    ["pharos get vs -o w", /^wide\n$/],
    ["pharos apply -f mes", /mesh one\.yaml/],
  ])("%s", async (line, offered) => {
    const script = `function pharos; $NODE $MAIN $argv; end; eval "$SCRIPT"; complete -C '${line}'`;
    expect(await run("fish", script)).toMatch(offered);
  });
});

describe.skipIf(!has("zsh"))("zsh offers", () => {
  test.each([
    [["pro"], "-l -d shown -a -- whole: proxy-status proxy-config\n"],
    [["get", "-A", "dr", ""], "-l -d shown -a -- whole: ratings reviews till\n"],
    [["history", "gate"], "-l -S  -d begun_shown -a -- begun: gateways/\n"],
    [["apply", "-f", ""], "files \n"],
    [["join", "--out", ""], "files -/\n"],
  ])("%j", async (words, offered) => {
    // The builtins of the completion system answer inside a completion only.
    const script = `${FUNCTION}
      compdef() { :; }; compset() { return 1; }; _files() { print -r -- "files $@"; }
      compadd() { print -r -- "$@: \${(P)argv[-1]}"; }
      eval "$SCRIPT"; words=(pharos ${words.map(quote).join(" ")}); CURRENT=${words.length + 1}; _pharos`;
    expect(await run("zsh", script)).toBe(offered);
  });
});
