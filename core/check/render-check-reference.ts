import { CHECK_RULES } from "#core/check/check-config.ts";

/** The reference of checks as Markdown, made from the rules themselves. */
export function renderCheckReference(): string {
  const rows = CHECK_RULES.map((rule) => `| \`${rule.code}\` | ${rule.summary} | ${rule.kiali ?? ""} |`);
  return `# Checks

What Pharos looks for between resources. None keeps a change from being saved: the preview shows them before, and the
console on the resource after. The last column is the code under which Kiali reports the same.

| code | found when | Kiali |
|---|---|---|
${rows.join("\n")}
`;
}
