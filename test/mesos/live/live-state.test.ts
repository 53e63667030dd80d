/** The live state against small masters: what it does when the stream ends, falls silent, is refused, or has missed something. */
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { REAL_CLOCK } from "../../../src/http/connection.js";
import { MesosClient } from "../../../src/mesos/client.js";
import type { EventSignal } from "../../../src/mesos/live/events.js";
import { LiveState } from "../../../src/mesos/live/live-state.js";
import { isMesosError } from "../../../src/mesos/mesos-error.js";
import type { JsonObject } from "../../../src/value/json.js";
import { waitFor } from "../../harness/wait.js";
import { fixturePath } from "../../sandbox/mesos/recording.js";
import { StreamMaster } from "./stream-master.js";

const DEADLINE_MS = 20_000;
const ends: (() => void | Promise<void>)[] = [];

async function streamMaster(): Promise<StreamMaster> {
  const master = await new StreamMaster().start();
  ends.push(() => master.stop());
  return master;
}

function clientOf(...addresses: readonly string[]): MesosClient {
  const client = new MesosClient({ masters: { addresses }, scheme: "http", retryMs: 0 });
  ends.push(() => client.close());
  return client;
}

/** A clock on which a minute passes in 60 ms. */
const QUICK = {
  ...REAL_CLOCK,
  delay: (ms: number, signal: AbortSignal) => REAL_CLOCK.delay(ms / 1000, signal),
};

function started(client: MesosClient, clock = REAL_CLOCK): LiveState {
  const state = new LiveState(client, { pollMs: 50 }, clock);
  const stop = new AbortController();
  const running = state.run(stop.signal).catch((error: unknown) => {
    if (error !== stop.signal.reason) throw error;
  });
  ends.push(() => {
    stop.abort(new Error("the test is over"));
    return running;
  });
  return state;
}

function taskJson(id: string): JsonObject {
  return {
    name: id,
    task_id: { value: id },
    framework_id: { value: "f" },
    agent_id: { value: "a" },
    state: "TASK_RUNNING",
  };
}

function stateWith(...ids: readonly string[]): JsonObject {
  return { get_state: { get_tasks: { tasks: ids.map(taskJson) } } };
}

function update(id: string, state: string): JsonObject {
  const status = { task_id: { value: id }, state };
  return { type: "TASK_UPDATED", task_updated: { framework_id: { value: "f" }, status, state } };
}

const live = suite("live state of Mesos");

live.after.each(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

live("reads the recorded bytes of a real stream", async () => {
  for (const [folder, file, expected] of [
    ["streams", "operator-SUBSCRIBE-task-start-and-drain.raw", ["task-added", "task-updated"]],
    [
      "scenario-11-maintenance-down-and-mark-gone",
      "operator-SUBSCRIBE.raw",
      ["task-updated", "agent-removed", "agent-added"],
    ],
    [
      "scenario-12-agent-unreachable-then-back-then-gone",
      "operator-SUBSCRIBE.raw",
      ["task-added", "task-updated", "agent-added"],
    ],
  ] as const) {
    const bytes = readFileSync(fixturePath(`${folder}/${file}`));
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.end(bytes));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    ends.push(() => void server.close());
    const address = server.address();
    assert.ok(address !== null && typeof address === "object");
    const kinds = new Set<string>();
    for await (const event of clientOf(`127.0.0.1:${address.port}`).events(new AbortController().signal)) {
      kinds.add(event.kind);
      if (event.kind === "subscribed") assert.is(event.heartbeatSeconds, 15);
      if (event.kind === "detached") break;
    }
    for (const kind of ["subscribed", "heartbeat", "detached", ...expected]) {
      assert.ok(kinds.has(kind), `${folder}: ${kind}`);
    }
  }
});

live("a stream that ends is begun anew, with all that happened meanwhile", async () => {
  const master = await streamMaster();
  master.answers.set("GET_STATE", stateWith("t1", "t2"));
  const state = started(clientOf(master.address));
  await waitFor("it follows", DEADLINE_MS, () => state.view.mode.kind === "following");
  assert.equal([...state.view.tasks.keys()], ["f/t1", "f/t2"]);
  master.send(update("t1", "TASK_FAILED"));
  await waitFor("the update", DEADLINE_MS, () => state.view.tasks.get("f/t1")?.state === "TASK_FAILED");
  master.answers.set("GET_STATE", stateWith("t3"));
  const modes: string[] = [];
  state.onChange(({ mode }) => void modes.push(mode.kind));
  master.cut();
  await waitFor("the new state", DEADLINE_MS, () => state.view.tasks.has("f/t3"));
  assert.ok(modes.includes("polling"));
  await waitFor("it follows again", DEADLINE_MS, () => state.view.mode.kind === "following");
  assert.equal([...state.view.tasks.keys()], ["f/t3"]);
});

live("missed heartbeats end a stream that says nothing", async () => {
  const master = await streamMaster();
  master.heartbeat = 0.02;
  const signals: EventSignal[] = [];
  for await (const event of clientOf(master.address).events(new AbortController().signal)) {
    signals.push(event);
    if (signals.length === 3) break;
  }
  assert.equal(
    signals.map(({ kind }) => kind),
    ["subscribed", "detached", "subscribed"],
  );
  const [, detached] = signals;
  assert.ok(detached?.kind === "detached");
  assert.match(detached.reason, /nothing was heard of 127\.0\.0\.1:\d+ for 0\.06 s/);
});

live("without the stream everything is polled, and the view says so", async () => {
  const master = await streamMaster();
  master.status = 403;
  master.answers.set("GET_STATE", stateWith("t1"));
  const client = clientOf(master.address);
  const state = started(client);
  await waitFor("tasks are there", DEADLINE_MS, () => state.view.tasks.has("f/t1"));
  const { mode } = state.view;
  assert.ok(mode.kind === "polling");
  assert.match(mode.reason, /SUBSCRIBE/);
  master.answers.set("GET_STATE", stateWith("t2"));
  await waitFor(
    "the next poll",
    DEADLINE_MS,
    () => !state.view.tasks.has("f/t1") && state.view.tasks.has("f/t2"),
  );
});

live("what no event tells comes by polls, each part with its age and its failure", async () => {
  const master = await streamMaster();
  const agent_info = { id: { value: "a" }, hostname: "h" };
  const agent = { agent_info, active: true, deactivated: false };
  master.answers.set("GET_STATE", { get_state: { get_agents: { agents: [agent] } } });
  master.answers.set("GET_AGENTS", { get_agents: { agents: [agent] } });
  const before = Date.now();
  const state = started(clientOf(master.address));
  await waitFor("a poll is done", DEADLINE_MS, () => state.view.parts.get("maintenance")?.asOfMs != null);
  assert.ok((state.view.parts.get("agents")?.asOfMs ?? 0) >= before);
  const drain_info = { state: "DRAINING", config: {} };
  const draining = { agent_info, active: false, deactivated: true, drain_info };
  master.answers.set("GET_AGENTS", { get_agents: { agents: [draining] } });
  master.answers.set("GET_WEIGHTS", { get_weights: { weight_infos: [{ role: "web", weight: 2 }] } });
  await waitFor("the drain", DEADLINE_MS, () => state.view.agents.get("a")?.drain?.state === "DRAINING");
  await waitFor("the weight", DEADLINE_MS, () => state.view.weights.get("web") === 2);
  master.answers.set("GET_WEIGHTS", { get_weights: { weight_infos: [{ role: "web" }] } });
  const failed = await waitFor("the failure", DEADLINE_MS, () => {
    const age = state.view.parts.get("weights");
    return age?.problem == null ? null : age;
  });
  assert.match(failed.problem ?? "", /weight should be a number/);
  assert.is(state.view.weights.get("web"), 2);
  assert.is(state.view.mode.kind, "following");
});

live("an event of a task that nobody has told of makes it read all anew", async () => {
  const master = await streamMaster();
  const state = started(clientOf(master.address));
  await waitFor("it follows", DEADLINE_MS, () => state.view.mode.kind === "following");
  master.answers.set("GET_STATE", stateWith("missed"));
  master.send(update("missed", "TASK_RUNNING"));
  await waitFor("the missed task", DEADLINE_MS, () => state.view.tasks.has("f/missed"));
  assert.is(master.times("SUBSCRIBE"), 2);
});

live("a stream to a master that polls no longer find leading is left", async () => {
  const [old, next] = [await streamMaster(), await streamMaster()];
  next.answers.set("GET_STATE", stateWith("after"));
  const client = clientOf(old.address, next.address);
  const state = started(client);
  await waitFor("it follows the first", DEADLINE_MS, () => state.view.mode.kind === "following");
  // Its streams stay open, and it answers nothing any more.
  const { calls } = old;
  old.refuse = true;
  await waitFor("it follows the second", DEADLINE_MS, () => state.view.tasks.has("f/after"));
  assert.ok(calls.includes("SUBSCRIBE"));
});

live(
  "a refusal of the stream ends the events with its error, and the live state tries again later",
  async () => {
    const master = await streamMaster();
    master.status = 401;
    const failure: unknown = await clientOf(master.address)
      .events(new AbortController().signal)
      .next()
      .catch((error: unknown) => error);
    assert.ok(isMesosError(failure, "unauthorised"), String(failure));
    const state = started(clientOf(master.address), QUICK);
    await waitFor("it polls", DEADLINE_MS, () => state.view.mode.kind === "polling");
    master.status = 200;
    await waitFor("it follows", DEADLINE_MS, () => state.view.mode.kind === "following");
  },
);

live.run();
