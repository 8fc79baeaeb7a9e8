import { CHECK_RULES } from "#core/check/check-config.ts";

/** The reference of checks as Markdown, made from the rules themselves. */
export function renderCheckReference(): string {
  const rows = CHECK_RULES.map((rule) => `| \`${rule.code}\` | ${rule.summary} | ${rule.kiali ?? ""} |`);
  return `# Checks

What Pharos looks for between resources. None keeps a change from being saved: the preview shows them before, and the
console on the resource after. \`pharos analyze FILE...\` tells of files, beside what the server holds or, with \`--alone\`, without
any server; \`pharos analyze --live\` of all that the server holds. It exits with 0, with 1 on a finding as severe as \`--fail-on\`
(\`error\`, \`warning\`, \`info\`, \`never\`; by default \`error\`), and with 3 where a file would be refused. \`-o sarif\` writes SARIF 2.1.0,
which code hosts show beside the lines. The last column is the code under which Kiali reports the same.

What is known and has its reason is set aside on the resource that it is found on, until the end of a day (UTC): it is told as an info with the
reason, and as before from then on. Several stand on lines of their own.

\`\`\`yaml
metadata:
  annotations:
    checks.pharos.dev/set-aside: "subset-not-found until 2026-12-24: comes with the next release"
\`\`\`

| code | found when | Kiali |
|---|---|---|
${rows.join("\n")}
`;
}
