import { expect, test } from "vitest";
import { checkHeaderVariables } from "#core/schema/header-variables.ts";

test.each([
  "plain",
  "100%%",
  "%DOWNSTREAM_REMOTE_ADDRESS%",
  "a %REQ(x-user)% b %REQ(:path?x-path):16%",
  "%START_TIME(%s%3f)%",
  "%START_TIME%",
  "%DYNAMIC_METADATA(a:b:c)%",
])("%s is taken", (value) => {
  expect(checkHeaderVariables(value)).toBeUndefined();
});

// Each was refused by Envoy 1.40, and with it the virtual host that it stood in.
test.each([
  ["50%", "lone %"],
  ["%req(x)%", "lone %"],
  ["%FOO%", "FOO is not a variable"],
  ["%REQ%", "needs a name"],
  ["%REQ()%", "nothing in the parentheses"],
  ["%PROTOCOL(x)%", "takes nothing"],
  ["%REQ(:x y)%", "not the name of a header"],
  ["%PROTOCOL:4%", "cannot be cut"],
])("%s is refused: %s", (value, problem) => {
  expect(checkHeaderVariables(value)?.problem).toContain(problem);
});
