import { Option } from "commander";
import type { Selection } from "#cli/commands/resource-args.ts";
import { UsageError } from "#cli/failure.ts";
import { PharosError } from "#core/errors.ts";
import { parseLabelSelector } from "#core/resource/label-selector.ts";

/** `-l`, read before the server is asked: a wrong one is a wrong flag, and changes nothing. */
export function selectorOption(): Option {
  return new Option(
    "-l, --selector <selector>",
    "only those with these labels: app=reviews, version!=v1, version in (v1,v2), !canary; commas mean and",
  ).argParser((text) => {
    try {
      parseLabelSelector(text);
    } catch (error) {
      const { message, hint = "" } = PharosError.from(error);
      throw new UsageError(message, { hint });
    }
    return text.trim();
  });
}

/** As kubectl does: a name says already which one is meant. */
export function refuseNamesWithSelector({ names }: Selection, selector: string | undefined): void {
  if (names === null || !selector) return;
  throw new UsageError("names and -l together", { hint: "name resources, or choose among those of a type with -l" });
}
