import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GROUP, IDENTITY, KEY, REGISTRATION, TestRegistry } from "#server/registry/testing/test-registry.ts";

let world: TestRegistry;
beforeEach(async () => {
  world = await TestRegistry.open();
});
afterEach(() => world.close());

describe("an agent that asks no more, while its proxy stays", () => {
  const regroup = async (as: typeof GROUP | undefined) => {
    await world.registry.register(REGISTRATION, IDENTITY);
    world.registry.connected(KEY);
    await expect.poll(() => world.changes.at(-1)?.instanceUpserts[0]?.health).toBe("healthy");
    world.group = as;
    await world.registry.regroup("default", "another");
    expect(world.registry.list()[0]?.labels).toMatchObject({ app: "reviews" });
    await world.registry.regroup("default", "reviews-v1");
  };
  const withTemplate = (template: Partial<(typeof GROUP)["spec"]["template"]>) => ({
    ...GROUP,
    spec: { ...GROUP.spec, template: { ...GROUP.spec.template, ...template } },
  });

  test.each([
    ["is deleted", undefined],
    ["is another account's", withTemplate({ serviceAccount: "ratings" })],
    ["names no account any more", withTemplate({ serviceAccount: undefined as never })],
  ])("loses its place when its group %s", async (_, as) => {
    await regroup(as);
    expect(world.registry.list()).toEqual([]);
    expect(world.changes.at(-1)).toEqual({ instanceUpserts: [], instanceDeletes: [KEY] });
  });

  test.each([
    ["", "eu/a", "eu/a"],
    ["eu", "eu/a", "eu/a"],
    ["us", "eu/a", "us"],
    ["us/b", "", "us/b"],
  ])("is where its group is now: of %j, where it says %j, in %s", async (around, said, expected) => {
    await world.registry.register({ ...REGISTRATION, locality: said }, IDENTITY);
    world.group = withTemplate(around === "" ? {} : { locality: around });
    await world.registry.regroup("default", "reviews-v1");
    expect(world.registry.list()[0]?.locality).toBe(expected);
  });

  test.each([
    ["", ["eu/a", "eu"], "eu"],
    ["", ["eu/a", ""], ""],
    ["eu/a", ["us", "eu"], "eu/a"],
  ])("says %j, and is where its group is last: %j", async (said, groups, expected) => {
    world.group = withTemplate({});
    await world.registry.register({ ...REGISTRATION, locality: said }, IDENTITY);
    for (const around of groups) {
      world.group = withTemplate(around === "" ? {} : { locality: around });
      await world.registry.regroup("default", "reviews-v1");
    }
    expect(world.registry.list()[0]?.locality).toBe(expected);
  });

  test("has the labels and the weight that its group has now", async () => {
    await regroup({
      ...GROUP,
      spec: { metadata: { labels: { app: "ratings" } }, template: { ...GROUP.spec.template, weight: 7 } },
    });
    expect(world.registry.list()).toMatchObject([
      { labels: { tier: "front", app: "ratings" }, weight: 7, health: "healthy" },
    ]);
    expect(world.registry.list()[0]?.labels).not.toHaveProperty("version");
    expect(world.changes.at(-1)?.instanceUpserts).toEqual(world.registry.list());
  });
});

test("what an instance does not say is its group's template", async () => {
  const { address: _, ports: __, ...silent } = REGISTRATION;
  await world.registry.register({ ...silent, address: "", ports: [], weight: 0 }, IDENTITY);
  expect(world.registry.list()[0]).toMatchObject({
    address: "10.0.0.1",
    ports: [{ name: "http", appPort: 9080, inboundPort: 9080 }],
    weight: 3,
  });
});

describe("a group that is deleted", () => {
  const other = {
    ...REGISTRATION,
    name: "reviews-v1-1",
    ports: [{ name: "http", appPort: 9082, inboundPort: 19_082 }],
  };
  const deleteGroup = () => {
    world.group = undefined;
  };

  test("has no instances after a restart either", async () => {
    await world.registry.register(REGISTRATION, IDENTITY);
    deleteGroup();
    await world.restart();
    expect(world.registry.list()).toEqual([]);
    expect(await world.store.list()).toEqual([]);
  });

  test("loses each of its instances, whatever becomes of another, and that one when it can be", async () => {
    const store = world.store;
    let isBroken = true;
    await world.restart({
      regroupMs: 1,
      store: {
        ...store,
        delete: (keys) =>
          isBroken && keys.includes(KEY) ? Promise.reject(new Error("disk I/O error")) : store.delete(keys),
      },
    });
    await world.registry.register(REGISTRATION, IDENTITY);
    await world.registry.register(other, IDENTITY);
    deleteGroup();
    await world.registry.regroup("default", "reviews-v1");
    expect(world.registry.list().map(({ name }) => name)).toEqual(["reviews-v1-0"]);
    isBroken = false;
    await expect.poll(() => world.registry.list()).toEqual([]);
  });

  test("lets nobody in whose token was being looked up", async () => {
    const lookUp = Promise.withResolvers<boolean>();
    await world.restart({ hasToken: () => lookUp.promise });
    world.group = {
      ...GROUP,
      spec: { ...GROUP.spec, template: { ...GROUP.spec.template, serviceAccount: undefined as never } },
    };
    const registered = world.registry.register(REGISTRATION, IDENTITY);
    deleteGroup();
    await world.registry.regroup("default", "reviews-v1");
    lookUp.resolve(true);
    await expect(registered).rejects.toMatchObject({ code: "not-found" });
    expect(world.registry.list()).toEqual([]);
  });
});
