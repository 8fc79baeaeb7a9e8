import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type PublishedFile, readManifests } from "#testing/oracle/published/read-published.ts";

const EXAMPLE = /<pre><code[^>]*>([\s\S]*?)<\/code><\/pre>/g;
const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', amp: "&", "#39": "'" };

/** Each example of the API's reference pages that is YAML; parts of documents are among them. */
export function readExamples(module: string): readonly PublishedFile[] {
  return readdirSync(module, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".pb.html"))
    .sort()
    .flatMap((name) =>
      [...readFileSync(join(module, name), "utf8").matchAll(EXAMPLE)].flatMap(([, html = ""], index) => {
        const text = html.replace(/&(lt|gt|quot|amp|#39);/g, (_, entity: string) => ENTITIES[entity] ?? "");
        const manifests = readManifests(text);
        return manifests === undefined ? [] : [{ name: `${name}#${index + 1}`, manifests }];
      }),
    );
}
