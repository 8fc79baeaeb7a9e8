import { expect, test } from "vitest";
import { judgeRefusal, type Verdict } from "#core/xds/judge-refusal.ts";
import type { XdsType } from "#core/xds/type-urls.ts";

interface Case {
  readonly name: string;
  readonly type: XdsType;
  readonly message: string;
  readonly sent: readonly string[];
  readonly expected: Verdict;
}

const printed = (field: string, name: string) =>
  `goo.gle/debugstr    \n${field}: "${name}"\nendpoints {\n  name: "a"\n}\n: Proto constraint validation failed`;

test.each<Case>([
  {
    name: "of a list of listeners the rest is applied, and so is what was taken away",
    type: "LDS",
    message: "Error adding/updating listener(s) 0.0.0.0_9080: no such filter\n",
    sent: ["0.0.0.0_9080", "virtualInbound"],
    expected: {
      refused: [{ name: "0.0.0.0_9080", message: "no such filter" }],
      applied: ["virtualInbound"],
      doubtful: [],
      isRemovalApplied: true,
    },
  },
  {
    name: "two clusters have each its own reason, though reasons hold commas",
    type: "CDS",
    message: "Error adding/updating cluster(s) outbound|9080||a.svc: bad, very bad, outbound|9080||b.svc: worse",
    sent: ["outbound|9080||b.svc", "outbound|9080||a.svc", "outbound|9080||c.svc"],
    expected: {
      refused: [
        { name: "outbound|9080||a.svc", message: "bad, very bad" },
        { name: "outbound|9080||b.svc", message: "worse" },
      ],
      applied: ["outbound|9080||c.svc"],
      doubtful: [],
      isRemovalApplied: true,
    },
  },
  {
    name: "a name that only stands in the words about another is neither refused nor known to be applied",
    type: "LDS",
    message: "Error adding/updating listener(s) late: cannot bind '127.0.0.1:80': Address already in use",
    sent: ["l", "late", "use", "other"],
    expected: {
      refused: [{ name: "late", message: "cannot bind '127.0.0.1:80': Address already in use" }],
      applied: ["other"],
      doubtful: ["l", "use"],
      isRemovalApplied: true,
    },
  },
  {
    name: "behind words that were cut more may be refused",
    type: "CDS",
    message: "Error adding/updating cluster(s) a: bad, b: ba...(truncated)",
    sent: ["a", "b", "cc"],
    expected: {
      refused: [
        { name: "a", message: "bad" },
        { name: "b", message: "ba...(truncated)" },
      ],
      applied: [],
      doubtful: ["cc"],
      isRemovalApplied: false,
    },
  },
  {
    name: "a list that names nobody who was sent says nothing",
    type: "CDS",
    message: "Error adding/updating cluster(s) other: bad",
    sent: ["a", "b"],
    expected: { refused: [], applied: [], doubtful: ["a", "b"], isRemovalApplied: false },
  },
  {
    name: "what breaks the rules of its proto is printed whole, and nothing is applied, of clusters either",
    type: "CDS",
    message: printed("name", "b"),
    sent: ["a", "b"],
    expected: {
      refused: [{ name: "b", message: printed("name", "b") }],
      applied: [],
      doubtful: ["a"],
      isRemovalApplied: false,
    },
  },
  {
    name: "endpoints are printed by the name of their cluster",
    type: "EDS",
    message: printed("cluster_name", "b"),
    sent: ["a", "b"],
    expected: {
      refused: [{ name: "b", message: printed("cluster_name", "b") }],
      applied: [],
      doubtful: ["a"],
      isRemovalApplied: false,
    },
  },
  {
    name: "endpoints whose path is too long name nobody, and any of the others may be applied",
    type: "EDS",
    message: 'Path "/a" exceeds maximum UNIX domain socket path size of 108.',
    sent: ["/a", "b"],
    expected: { refused: [], applied: [], doubtful: ["/a", "b"], isRemovalApplied: false },
  },
  {
    name: "a virtual host that is mentioned need not be the one at fault",
    type: "VHDS",
    message: "Only unique values for domains are permitted. Duplicate entry of domain reviews.default in route 9080",
    sent: ["9080/reviews.default", "9080/ratings.default"],
    expected: {
      refused: [],
      applied: [],
      doubtful: ["9080/reviews.default", "9080/ratings.default"],
      isRemovalApplied: false,
    },
  },
])("$name", ({ type, message, sent, expected }) => expect(judgeRefusal(type, message, sent)).toEqual(expected));
