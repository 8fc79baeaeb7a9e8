const only = (name, comment, from, allowed, extra = {}) => ({
  name,
  comment,
  severity: "error",
  from: { path: from, ...extra },
  to: { pathNot: allowed },
});

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: "no-cycles",
      comment: "A cycle has no first thing to read.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    only(
      "core-is-pure",
      "core runs in server, agent, CLI and browser alike: no IO, no protobuf.",
      "^core/",
      "^(core/|node_modules/(zod|yaml)/)",
      { pathNot: "\\.test\\.ts$" },
    ),
    only(
      "translate-is-pure",
      "A translator sees nothing that is not in its hashed input.",
      "^server/translate/",
      "^(core/|proto/|server/translate/|node_modules/@bufbuild/)",
      { pathNot: "\\.test\\.ts$|/testing/" },
    ),
    {
      name: "xds-is-opaque",
      comment: "The xDS server knows names, hashes and bytes, never what they mean.",
      severity: "error",
      from: { path: "^server/xds/", pathNot: "\\.test\\.ts$|/testing/" },
      to: { path: "^server/(translate|config|db|api|services|telemetry|ca)/" },
    },
    {
      name: "api-calls-services",
      comment: "Procedures are thin: they call services, never storage or wire code.",
      severity: "error",
      from: { path: "^server/api/", pathNot: "\\.test\\.ts$" },
      to: { path: "^(server/(db|xds|translate|mesh)/|proto/)" },
    },
    {
      name: "browser-has-no-server-code",
      comment: "The console takes types from the API; server code never enters its bundle.",
      severity: "error",
      from: { path: "^(app|components)/", pathNot: "\\.test\\.tsx?$" },
      to: {
        path: "^(server|mesh-agent|cli|grpc|proto)/",
        pathNot: "^server/(api/|runtime\\.ts)",
        dependencyTypesNot: ["type-only"],
      },
    },
    only(
      "node-is-shared",
      "What server, agent and CLI share knows none of them.",
      "^node/",
      "^(core/|node/|node:)|^(http|http2|net|stream|events|crypto|fs|path)$",
      { pathNot: "\\.test\\.ts$" },
    ),
    {
      name: "server-and-agent-apart",
      comment: "What both need is in core, node, proto or grpc.",
      severity: "error",
      from: { path: "^server/", pathNot: "\\.test\\.ts$" },
      to: { path: "^mesh-agent/" },
    },
    {
      name: "agent-and-server-apart",
      comment: "What both need is in core, node, proto or grpc.",
      severity: "error",
      from: { path: "^mesh-agent/", pathNot: "\\.test\\.ts$|/testing/" },
      to: { path: "^server/" },
    },
    {
      name: "main-is-the-root",
      comment: "The composition root is started, not imported.",
      severity: "error",
      from: { pathNot: "^(cli/serve\\.ts|bench/|e2e/)|\\.test\\.ts$" },
      to: { path: "^server/main\\.ts$" },
    },
  ],
  options: {
    doNotFollow: { path: ["node_modules", "proto/gen", "server/db/gen"] },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    parser: "swc",
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".js", ".json"],
    },
  },
};
