import { InvalidArgumentError, Option } from "commander";
import { parseTemplate } from "#cli/output/jsonpath/parse-template.ts";
import type { Format } from "#cli/output/output.ts";

const JSONPATH = "jsonpath=";

/** `-o`, as every verb that prints takes it: `formats`, and a jsonpath over what `-o json` would print. */
export function outputOption<Named extends string = never>(...more: readonly Named[]): Option {
  const names = ["table", ...more, "json", "yaml"] as const;
  return new Option("-o, --output <format>", "how to print")
    .default("table")
    .choices([...names, `${JSONPATH}EXPR`])
    .argParser((given): Format | Named => {
      // `-o=json` is how kubectl's manual writes it.
      const text = given.replace(/^=/, "");
      if (text.startsWith(JSONPATH)) return parseTemplate(text.slice(JSONPATH.length));
      const name = names.find((each) => each === text);
      if (name !== undefined) return name;
      throw new InvalidArgumentError(`Allowed choices are ${[...names, `${JSONPATH}EXPR`].join(", ")}.`);
    });
}
