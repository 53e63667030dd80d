/** ferry killed with -9 in the middle of a hand-over: the next one sees where it stands and goes on. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Facts } from "../../src/migration/model/ports.js";
import { waitFor } from "../harness/wait.js";
import { actionOf, DEADLINE_MS, handOver, onPlatform, type Platform } from "./platform.js";
import type { Asked, Order } from "./runner-child.js";

const killed = suite("a migration whose ferry is killed");
const PATHS = ["/mesos", "/mesos/log_replicas"];

/** Carries the step out in a process of its own, which is killed as soon as a server has been stopped or started. */
async function runUntilTouched(on: Platform, order: Order): Promise<string> {
  const child = spawn(process.execPath, [fileURLToPath(new URL("./runner-child.js", import.meta.url))], {
    env: { ...process.env, FERRY_TEST_ORDER: JSON.stringify(order) },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let text = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    text += chunk.toString("utf8");
  });
  const guard = () => void child.kill("SIGKILL");
  process.once("exit", guard);
  const ended = once(child, "exit");
  let stopped = "";
  child.on("message", (message: Asked) => {
    void answer(on, child, message).then((name) => {
      stopped = name ?? stopped;
    });
  });
  await ended;
  process.off("exit", guard);
  if (stopped === "") throw new Error(`the runner ended before it touched a server: ${text}`);
  return stopped;
}

/** Resolves with the name of the server that was stopped or started; then there is nobody any more to be answered. */
async function answer(on: Platform, child: ChildProcess, asked: Asked): Promise<string | null> {
  const { number, method, server, argument } = asked;
  if (method === "stop" || method === "start") {
    if (method === "stop") await on.servers.stop(server);
    else await on.servers.start(server, argument);
    child.kill("SIGKILL");
    return server.ref.name;
  }
  const value = method === "status" ? await on.servers.status(server, argument) : null;
  child.send({ number, value });
  return null;
}

function baselineOf({ facts }: Platform): Facts {
  return [...facts.values()].find((each) => each["baseline"] === true) ?? {};
}

/** Two masters of B vote beside A's leader, whose name this is. */
async function untilHandOver(on: Platform): Promise<string> {
  await on.step({ kind: "start-sync" });
  await on.step({ kind: "fence-counters", paths: PATHS, lower: "a" });
  const baseline = (await on.step({ kind: "take-baseline" })).facts;
  const [third = "", second = ""] = on.spec.source.masters.servers
    .map(({ name }) => name)
    .filter((name) => name !== baseline["leader"]);
  await on.step({ kind: "stop-master", server: third });
  await on.step({ kind: "start-master", server: "b1", quorum: 2, zookeeper: "b" });
  await on.step({ kind: "stop-master", server: second });
  await on.step({ kind: "start-master", server: "b2", quorum: 2, zookeeper: "b" });
  return String(baseline["leader"]);
}

killed("in the middle of a hand-over: the next one goes on, and nobody leads twice", () =>
  onPlatform({ mode: "replace" }, async (on) => {
    const leader = await untilHandOver(on);
    await on.leave();

    const step = handOver("a", { kind: "stop" });
    const stopped = await runUntilTouched(on, { spec: on.spec, step, facts: baselineOf(on) });
    assert.is(stopped, leader);

    const runner = await on.takeUp();
    const signal = new AbortController().signal;
    const context = {
      signal,
      facts: on.facts,
      note: async () => {},
      report: (text: string) => void on.log.push(text),
    };
    assert.is((await runner.probe(actionOf(step), context)).kind, "not-done");
    const { facts } = await on.step(step);
    assert.is(facts["leaderAfter"], "b1");
    assert.is((await runner.probe(actionOf(step), context)).kind, "done");
    await on.step({ kind: "swap-counters", paths: PATHS });
    await waitFor("the watch has seen B lead", DEADLINE_MS, () => on.watch.leaders.at(-1)?.[0] === "b");
    assert.equal(on.watch.doubles, []);
    assert.equal(await on.lostWeights(), []);
    console.log(`went on after kill -9: ${facts["resumedMs"]} ms`);
  }),
);

killed("a leader that dies by itself before the hand-over is stopped all the same once it is back", () =>
  onPlatform({ mode: "replace" }, async (on) => {
    const leader = await untilHandOver(on);
    // Else it would come back before the others, and lead again.
    await on.step({ kind: "fence-counters", paths: PATHS, lower: "b" });
    on.servers.crash(leader);
    await waitFor("B leads", DEADLINE_MS, () => on.watch.leaders.at(-1)?.[0] === "b");
    const step = { ...handOver("a", { kind: "stop" }), leader };
    const { facts } = await on.step(step);
    assert.is(facts["leaderBefore"], leader);
    assert.is(on.servers.pid(leader), null);
    assert.equal(on.watch.doubles, []);
    assert.equal(await on.lostWeights(), []);
  }),
);

killed("in the middle of repointing agents and a Marathon: ids and tasks stay", () =>
  onPlatform({ mode: "repoint", marathon: true }, async (on) => {
    const tasks = await on.launchApp(2);
    await on.step({ kind: "start-sync" });
    await on.step({ kind: "fence-counters", paths: PATHS, lower: "a" });
    const baseline = (await on.step({ kind: "take-baseline" })).facts;
    const servers = on.spec.source.agents.servers.map(({ name }) => name);
    for (const step of [
      { kind: "repoint-agents", servers, zookeeper: "b" },
      { kind: "repoint-framework", framework: "marathon", zookeeper: "b" },
    ] as const) {
      await on.leave();
      await runUntilTouched(on, { spec: on.spec, step, facts: baseline });
      await on.takeUp();
      await on.step(step);
    }
    const after = (await on.step({ kind: "take-baseline" })).facts;
    assert.equal(
      [after["agents"], after["frameworks"], after["tasks"]],
      [baseline["agents"], baseline["frameworks"], tasks],
    );
  }),
);

killed.run();
