import { expect, test } from "vitest";
import { describeRefusal } from "#components/shell/post-auth.ts";

test.each([
  [429, null, "Too many tries. Wait a minute, then try again."],
  [401, { message: "Invalid username or password" }, "Invalid username or password."],
  [
    403,
    { message: "the setup link is not valid any more", hint: "restart the server" },
    "The setup link is not valid any more (restart the server).",
  ],
  [502, null, "The server answered 502."],
])("%s with %j reads %j", (status, body, text) => {
  expect(describeRefusal(status, body)).toBe(text);
});
