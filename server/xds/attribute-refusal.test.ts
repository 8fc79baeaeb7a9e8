import { expect, test } from "vitest";
import { attributeRefusal } from "#server/xds/attribute-refusal.ts";

test.each<{ name: string; message: string; sent: string[]; expected: { name: string; message: string }[] }>([
  {
    name: "one listener of several",
    message: "Error adding/updating listener(s) 0.0.0.0_9080: no such filter\n",
    sent: ["0.0.0.0_9080", "virtualInbound"],
    expected: [{ name: "0.0.0.0_9080", message: "no such filter" }],
  },
  {
    name: "two clusters, each with its own reason, though reasons hold commas",
    message: "Error adding/updating cluster(s) outbound|9080||a.svc: bad, very bad, outbound|9080||b.svc: worse",
    sent: ["outbound|9080||b.svc", "outbound|9080||a.svc", "outbound|9080||c.svc"],
    expected: [
      { name: "outbound|9080||a.svc", message: "bad, very bad" },
      { name: "outbound|9080||b.svc", message: "worse" },
    ],
  },
  {
    name: "a name that is part of another is not meant by it",
    message: "Error adding/updating listener(s) 0.0.0.0_90801: bad",
    sent: ["0.0.0.0_9080", "0.0.0.0_90801"],
    expected: [{ name: "0.0.0.0_90801", message: "bad" }],
  },
  {
    name: "a name that stands in the words about another is not meant by them",
    message: "Error adding/updating listener(s) late: cannot bind '127.0.0.1:80': Address already in use",
    sent: ["l", "late", "use"],
    expected: [{ name: "late", message: "cannot bind '127.0.0.1:80': Address already in use" }],
  },
  {
    name: "a virtual host named by its host",
    message:
      "Only unique values for domains are permitted. Duplicate entry of domain reviews.default:9080 in virtual host reviews.default",
    sent: ["9080/reviews.default", "9080/ratings.default"],
    expected: [
      {
        name: "9080/reviews.default",
        message:
          "Only unique values for domains are permitted. Duplicate entry of domain reviews.default:9080 in virtual host reviews.default",
      },
    ],
  },
  {
    name: "no name: each of the few that were sent",
    message: "missing ) in regex",
    sent: ["9080/a", "9080/b"],
    expected: [
      { name: "9080/a", message: "missing ) in regex" },
      { name: "9080/b", message: "missing ) in regex" },
    ],
  },
  {
    name: "no name: none of the many that were sent",
    message: "bad",
    sent: Array.from({ length: 60 }, (_, index) => `r${index}x`),
    expected: [{ name: "", message: "bad" }],
  },
])("$name", ({ message, sent, expected }) => expect(attributeRefusal(message, sent)).toEqual(expected));
