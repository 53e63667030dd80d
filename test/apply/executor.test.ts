/** The executor on toys: what it records, in which order, and what it does when something goes wrong. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Execution } from "../../src/apply/execution.js";
import { DiagnosticError, errorDiagnostic } from "../../src/diagnostics/diagnostic.js";
import type { StateBackend } from "../../state/backend.js";
import type { State } from "../../state/model.js";
import { change, execute, planOf, toy, type Workshop, workshop } from "./fixture.js";
import { type Step, ToyWorld, toyHandler } from "./toy.js";

const executor = suite<{ shop: Workshop }>("executor");

executor.before.each((context) => {
  context.shop = workshop();
});
executor.after.each((context) => {
  context.shop.remove();
});

function world(shop: Workshop, step?: Step): ToyWorld {
  return new ToyWorld(shop.things, step);
}

function statuses(execution: Execution): Record<string, string> {
  return Object.fromEntries(execution.results.map((result) => [result.address, result.status]));
}

/** A backend that keeps every state it was given. */
function remembering(backend: StateBackend): { backend: StateBackend; states: State[] } {
  const states: State[] = [];
  const wrapped: StateBackend = {
    location: backend.location,
    read: () => backend.read(),
    write: async (next, lock) => {
      await backend.write(next, lock);
      states.push(next);
    },
    lock: (request) => backend.lock(request),
    lockHolder: () => backend.lockHolder(),
    unlock: (id) => backend.unlock(id),
    history: () => backend.history(),
    readHistory: (serial) => backend.readHistory(serial),
    close: () => backend.close(),
  };
  return { backend: wrapped, states };
}

const A = toy("a", { value: 1 });
const B = toy(
  "b",
  { value: { $expression: [{ address: "Toy/a", path: ["id"] }] } },
  { dependsOn: ["Toy/a"] },
);
const C = toy("c", { value: 3 });
const CREATE_ABC = planOf([
  change("Toy/a", "create"),
  change("Toy/b", "create", { waitsFor: ["Toy/a"] }),
  change("Toy/c", "create"),
]);

executor("creates in order and resolves references from real results", async ({ shop }) => {
  const toys = world(shop);
  const execution = await execute({
    workshop: shop,
    handler: toyHandler(toys),
    desired: [A, B, C],
    plan: CREATE_ABC,
  });
  assert.is(execution.outcome, "complete");
  assert.equal(toys.of("Toy/b")[0]?.spec["value"], toys.of("Toy/a")[0]?.id);
  const state = await shop.backend.read();
  assert.equal(Object.keys(state?.resources ?? {}), ["Toy/a", "Toy/b", "Toy/c"]);
  assert.equal(state?.resources["Toy/b"]?.dependsOn, ["Toy/a"]);
  assert.is(state?.resources["Toy/a"]?.intent, undefined);
});

executor(
  "has the intent on disk before the provider starts, and the outcome before a dependant does",
  async ({ shop }) => {
    const seen: string[] = [];
    const toys = world(shop, async (step) => {
      const state = await shop.backend.read();
      const record = (name: string): string => {
        const found = state?.resources[name];
        return found === undefined
          ? "unknown"
          : found.intent === undefined
            ? "applied"
            : `intends ${found.intent.action}`;
      };
      if (step === "before create Toy/a") seen.push(`a: ${record("Toy/a")}`);
      if (step === "before create Toy/b") seen.push(`b: a is ${record("Toy/a")}, b ${record("Toy/b")}`);
    });
    await execute({
      workshop: shop,
      handler: toyHandler(toys),
      desired: [A, B],
      plan: planOf(CREATE_ABC.changes.slice(0, 2)),
    });
    assert.equal(seen, ["a: intends create", "b: a is applied, b intends create"]);
  },
);

executor("a failure stops what depends on it and nothing else, and keeps the intent", async ({ shop }) => {
  const toys = world(shop, (step) => {
    if (step === "before create Toy/a") {
      throw new DiagnosticError([errorDiagnostic("toy-broken", "the workshop is closed")]);
    }
  });
  const execution = await execute({
    workshop: shop,
    handler: toyHandler(toys),
    desired: [A, B, C],
    plan: CREATE_ABC,
  });
  assert.equal(statuses(execution), { "Toy/a": "failed", "Toy/b": "skipped", "Toy/c": "done" });
  assert.is(execution.outcome, "failed");
  assert.is(execution.results[0]?.diagnostics[0]?.summary, "the workshop is closed");
  assert.match(execution.results[1]?.reason ?? "", /waits for Toy\/a/);
  const state = await shop.backend.read();
  assert.is(state?.resources["Toy/a"]?.intent?.action, "create");
  assert.is(state?.resources["Toy/b"], undefined);
});

executor("an exception of a provider is a failure in words, never a crash", async ({ shop }) => {
  const toys = world(shop, (step) => {
    if (step === "after create Toy/a") throw new TypeError("x is not a function");
  });
  const execution = await execute({
    workshop: shop,
    handler: toyHandler(toys),
    desired: [A],
    plan: planOf([change("Toy/a", "create")]),
  });
  assert.equal(statuses(execution), { "Toy/a": "failed" });
  assert.match(
    execution.results[0]?.diagnostics[0]?.summary ?? "",
    /cannot create Toy\/a: x is not a function/,
  );
});

executor(
  "replaces by destroying first: the old one is gone before the new one is begun",
  async ({ shop }) => {
    const handler = toyHandler(world(shop));
    await execute({ workshop: shop, handler, desired: [A], plan: planOf([change("Toy/a", "create")]) });
    const steps: string[] = [];
    const toys = world(shop, (step) => {
      steps.push(step);
    });
    const square = toy("a", { value: 1, shape: "square" });
    const plan = planOf([change("Toy/a", "replace", { replaceOrder: "destroy-first" })]);
    const execution = await execute({ workshop: shop, handler: toyHandler(toys), desired: [square], plan });
    assert.is(execution.outcome, "complete");
    assert.equal(steps, [
      "before delete Toy/a",
      "after delete Toy/a",
      "before create Toy/a",
      "after create Toy/a",
    ]);
    assert.equal(
      toys.of("Toy/a").map((thing) => thing.spec["shape"]),
      ["square"],
    );
  },
);

executor("replaces by creating first when the plan says so", async ({ shop }) => {
  const handler = toyHandler(world(shop));
  await execute({ workshop: shop, handler, desired: [A], plan: planOf([change("Toy/a", "create")]) });
  let both = 0;
  const toys: ToyWorld = world(shop, (step) => {
    if (step.startsWith("before delete")) both = toys.of("Toy/a").length;
  });
  const square = toy("a", { value: 1, shape: "square" });
  const plan = planOf([change("Toy/a", "replace", { replaceOrder: "create-first" })]);
  const execution = await execute({ workshop: shop, handler: toyHandler(toys), desired: [square], plan });
  assert.is(execution.outcome, "complete");
  assert.is(both, 2);
  assert.equal(
    toys.of("Toy/a").map((thing) => thing.spec["shape"]),
    ["square"],
  );
  assert.equal((await shop.backend.read())?.resources["Toy/a"]?.identity, { id: toys.of("Toy/a")[0]?.id });
});

executor("deletes, forgets and moves", async ({ shop }) => {
  const toys = world(shop);
  const handler = toyHandler(toys);
  await execute({
    workshop: shop,
    handler,
    desired: [A, C],
    plan: planOf([change("Toy/a", "create"), change("Toy/c", "create")]),
  });
  const moved = toy("new", { value: 3 });
  const plan = planOf([change("Toy/a", "delete"), change("Toy/new", "no-op", { movedFrom: "Toy/c" })]);
  const execution = await execute({ workshop: shop, handler, desired: [moved], plan });
  assert.is(execution.outcome, "complete");
  const state = await shop.backend.read();
  assert.equal(Object.keys(state?.resources ?? {}), ["Toy/new"]);
  assert.equal(toys.things().length, 1);
  const forgotten = await execute({
    workshop: shop,
    handler,
    desired: [],
    plan: planOf([change("Toy/new", "forget")]),
  });
  assert.is(forgotten.outcome, "complete");
  assert.equal((await shop.backend.read())?.resources, {});
  assert.equal(toys.things().length, 1, "forgetting touches nothing");
});

executor("first interrupt: finishes and records what is under way, starts nothing more", async ({ shop }) => {
  const stop = new AbortController();
  const toys = world(shop, (step) => {
    if (step === "before create Toy/a") stop.abort();
  });
  const execution = await execute({
    workshop: shop,
    handler: toyHandler(toys),
    desired: [A, B, C],
    plan: CREATE_ABC,
    more: { stop: stop.signal, parallelism: 1 },
  });
  assert.equal(statuses(execution), { "Toy/a": "done", "Toy/b": "not-started", "Toy/c": "not-started" });
  assert.is(execution.outcome, "interrupted");
  assert.is((await shop.backend.read())?.resources["Toy/a"]?.intent, undefined);
});

executor(
  "second interrupt: a provider that does not end is left alone, its intent stays",
  async ({ shop }) => {
    const abort = new AbortController();
    const toys = world(shop, (step) => {
      if (step !== "before create Toy/a") return undefined;
      abort.abort();
      return new Promise<void>(() => undefined);
    });
    const execution = await execute({
      workshop: shop,
      handler: toyHandler(toys),
      desired: [A, B],
      plan: planOf(CREATE_ABC.changes.slice(0, 2)),
      more: { abort: abort.signal, abortGraceMs: 20 },
    });
    assert.is(execution.results[0]?.status, "interrupted");
    assert.is((await shop.backend.read())?.resources["Toy/a"]?.intent?.action, "create");
  },
);

executor("a lost lock stops at once and says so", async ({ shop }) => {
  const lost = new AbortController();
  const lock = await shop.backend.lock({
    owner: (await import("../../state/owner.js")).createLockOwner("test"),
    timeoutMs: 0,
  });
  await lock.release();
  const toys = world(shop, () => lost.abort());
  const execution = await execute({
    workshop: shop,
    handler: toyHandler(toys),
    desired: [A, C],
    plan: planOf([change("Toy/a", "create"), change("Toy/c", "create")]),
    more: {
      lock: { owner: lock.owner, lost: lost.signal, release: async () => undefined },
      parallelism: 1,
      backend: remembering({ ...stub(shop.backend) }).backend,
    },
  });
  assert.is(execution.outcome, "failed");
  assert.is(execution.results[1]?.status, "not-started");
  assert.ok(execution.diagnostics.some((diagnostic) => diagnostic.code === "lock-lost"));
});

/** Takes every write without looking at the lock. */
function stub(backend: StateBackend): StateBackend {
  return {
    location: backend.location,
    read: () => backend.read(),
    write: async () => undefined,
    lock: (request) => backend.lock(request),
    lockHolder: () => backend.lockHolder(),
    unlock: (id) => backend.unlock(id),
    history: () => backend.history(),
    readHistory: (serial) => backend.readHistory(serial),
    close: () => backend.close(),
  };
}

executor(
  "a state that cannot be written stops everything and names what is not recorded",
  async ({ shop }) => {
    let writes = 0;
    const failing: StateBackend = {
      ...stub(shop.backend),
      write: async () => {
        writes += 1;
        if (writes > 2)
          throw new DiagnosticError([errorDiagnostic("disk-full", "no space left on the device")]);
      },
    };
    const toys = world(shop);
    const execution = await execute({
      workshop: shop,
      handler: toyHandler(toys),
      desired: [A, C],
      plan: planOf([change("Toy/a", "create"), change("Toy/c", "create")]),
      more: { backend: failing, parallelism: 1 },
    });
    assert.equal(statuses(execution), { "Toy/a": "unrecorded", "Toy/c": "not-started" });
    assert.is(execution.outcome, "failed");
    assert.equal(
      execution.diagnostics.map((diagnostic) => diagnostic.code),
      ["disk-full", "state-not-written"],
    );
  },
);

executor(
  "a plan without actions writes only when something was seen that the state does not say",
  async ({ shop }) => {
    const toys = world(shop);
    const handler = toyHandler(toys);
    await execute({ workshop: shop, handler, desired: [C], plan: planOf([change("Toy/c", "create")]) });
    const before = await shop.backend.read();
    await execute({ workshop: shop, handler, desired: [C], plan: planOf([change("Toy/c", "no-op")]) });
    assert.is((await shop.backend.read())?.serial, before?.serial);
    const [thing] = toys.of("Toy/c");
    if (thing !== undefined) toys.put({ ...thing, spec: { ...thing.spec, value: 4 } });
    const four = toy("c", { value: 4 });
    await execute({ workshop: shop, handler, desired: [four], plan: planOf([change("Toy/c", "no-op")]) });
    const after = await shop.backend.read();
    assert.is(after?.resources["Toy/c"]?.live?.["value"], 4);
    assert.is(after?.resources["Toy/c"]?.spec["value"], 4);
  },
);

executor("refresh-only brings the state up to date and touches nothing", async ({ shop }) => {
  const toys = world(shop);
  const handler = toyHandler(toys);
  await execute({
    workshop: shop,
    handler,
    desired: [A, C],
    plan: planOf([change("Toy/a", "create"), change("Toy/c", "create")]),
  });
  const [gone] = toys.of("Toy/a");
  const [changed] = toys.of("Toy/c");
  if (gone !== undefined) toys.remove(gone.id);
  if (changed !== undefined) toys.put({ ...changed, spec: { ...changed.spec, value: 9 } });
  const execution = await execute({
    workshop: shop,
    handler,
    desired: [A, C],
    plan: planOf([], { mode: "refresh-only" }),
  });
  assert.is(execution.outcome, "complete");
  const state = await shop.backend.read();
  assert.is(state?.resources["Toy/a"]?.live, null);
  assert.is(state?.resources["Toy/c"]?.live?.["value"], 9);
  assert.is(state?.resources["Toy/c"]?.spec["value"], 3, "what was applied is not what was seen");
});

executor("what is still unknown when its turn comes is refused, not guessed", async ({ shop }) => {
  const lonely = toy("b", { value: { $expression: [{ address: "Toy/a", path: ["nothing"] }] } });
  const execution = await execute({
    workshop: shop,
    handler: toyHandler(world(shop)),
    desired: [A, lonely],
    plan: planOf([change("Toy/a", "create"), change("Toy/b", "create", { waitsFor: ["Toy/a"] })]),
  });
  assert.equal(statuses(execution), { "Toy/a": "done", "Toy/b": "failed" });
  assert.match(execution.results[1]?.diagnostics[0]?.summary ?? "", /Toy\/a\.nothing/);
});

executor.run();
