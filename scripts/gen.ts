// Generates proto/gen from Pharos' own .proto files and from Envoy's API as it ships inside
// @grpc/grpc-js-xds: the files named in proto/roots.json and all that they import, nothing else.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const deps = join(root, "node_modules/@grpc/grpc-js-xds/deps");
const includes = [
  join(root, "proto/src"),
  ...["envoy-api", "xds", "googleapis", "protoc-gen-validate"].map((name) => join(deps, name)),
];

function locate(file: string): string | undefined {
  return includes.map((include) => join(include, file)).find((path) => existsSync(path));
}

function closure(roots: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  const queue = [...roots];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (found.has(file) || file.startsWith("google/protobuf/")) continue;
    const path = locate(file);
    if (path === undefined)
      throw new Error(`proto/roots.json needs ${file}, which is in none of: ${includes.join(", ")}`);
    found.set(file, path);
    for (const match of readFileSync(path, "utf8").matchAll(/^import (?:public |weak )?"([^"]+)";/gm)) {
      if (match[1] !== undefined) queue.push(match[1]);
    }
    queue.push(...(NEWER_IMPORTS[file] ?? []));
  }
  return found;
}

/** Files that newer fields need: file → what it imports besides. */
const NEWER_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  "envoy/config/route/v3/route_components.proto": ["envoy/config/common/mutation_rules/v3/mutation_rules.proto"],
  "envoy/config/cluster/v3/circuit_breaker.proto": ["google/protobuf/duration.proto"],
  "envoy/extensions/upstreams/http/v3/http_protocol_options.proto": ["envoy/config/common/matcher/v3/matcher.proto"],
};

/** Fields of the Envoy that is run which the API as it ships does not have yet: file → message → its fields. */
const NEWER_FIELDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "envoy/extensions/filters/http/ratelimit/v3/rate_limit.proto": {
    RateLimitConfig:
      "message HitsAddend { string format = 2; } HitsAddend hits_addend = 5; bool apply_on_stream_done = 6;",
  },
  "envoy/config/cluster/v3/circuit_breaker.proto": {
    RetryBudget: "google.protobuf.Duration budget_interval = 3;",
  },
  "envoy/type/tracing/v3/custom_tag.proto": { CustomTag: "string value = 6;" },
  "envoy/extensions/load_balancing_policies/client_side_weighted_round_robin/v3/client_side_weighted_round_robin.proto":
    { ClientSideWeightedRoundRobin: "repeated string metric_names_for_computing_utilization = 7;" },
  "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto": {
    Tracing: "bool no_context_propagation = 13;",
  },
  "envoy/extensions/upstreams/http/v3/http_protocol_options.proto": {
    HttpProtocolOptions:
      "message OutlierDetection { envoy.config.common.matcher.v3.MatchPredicate error_matcher = 1; } OutlierDetection outlier_detection = 8;",
  },
  "envoy/config/route/v3/route_components.proto": {
    RequestMirrorPolicy: "repeated envoy.config.common.mutation_rules.v3.HeaderMutation request_headers_mutations = 7;",
    VirtualHost: "google.protobuf.UInt64Value request_body_buffer_limit = 25;",
  },
};

function withNewerFields(file: string, text: string): string {
  // Some of the files have line ends of their own.
  let result = text.replaceAll("\r\n", "\n");
  for (const [message, fields] of Object.entries(NEWER_FIELDS[file] ?? {})) {
    const head = new RegExp(`^ *message ${message} \\{\n`, "m").exec(result)?.[0];
    if (head === undefined || result.includes(fields))
      throw new Error(
        `${file}: ${message} is not there, or has its newer fields: look at NEWER_FIELDS in scripts/gen.ts`,
      );
    result = result.replace(head, `${head}  ${fields}\n`);
  }
  const imports = (NEWER_IMPORTS[file] ?? []).map((each) => `import "${each}";\n`).join("");
  return result.replace(/^import /m, `${imports}import `);
}

const files = closure(JSON.parse(readFileSync(join(root, "proto/roots.json"), "utf8")) as string[]);
const stage = mkdtempSync(join(tmpdir(), "pharos-gen-"));
try {
  for (const [file, path] of files) {
    mkdirSync(dirname(join(stage, file)), { recursive: true });
    // Envoy's files use a rule that the validate.proto beside them does not know. Nothing here reads the rules.
    writeFileSync(
      join(stage, file),
      withNewerFields(file, readFileSync(path, "utf8")).replaceAll(" ignore_empty: true", ""),
    );
  }
  writeFileSync(join(stage, "buf.yaml"), "version: v2\n");
  const out = join(root, "proto/gen");
  rmSync(out, { recursive: true, force: true });
  const plugin = {
    local: join(root, "node_modules/.bin/protoc-gen-es"),
    out,
    // One run for all files: the default is a process for each of the hundred folders.
    strategy: "all",
    opt: ["target=js+dts", "import_extension=js"],
  };
  writeFileSync(join(stage, "buf.gen.yaml"), JSON.stringify({ version: "v2", plugins: [plugin] }));
  const run = spawnSync(join(root, "node_modules/.bin/buf"), ["generate"], { cwd: stage, stdio: "inherit" });
  if (run.status !== 0) throw new Error(`buf generate failed with exit code ${run.status ?? "none"}`);
  process.stdout.write(`generated proto/gen from ${files.size} .proto files\n`);
} finally {
  rmSync(stage, { recursive: true, force: true });
}
