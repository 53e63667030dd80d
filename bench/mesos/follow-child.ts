/**
 * The live state over some seconds in a fresh process: until it follows, events, its share of a core, memory.
 *    node dist/bench/mesos/follow-child.js MASTER SECONDS
 */
import { setTimeout as delay } from "node:timers/promises";
import { MesosClient } from "../../src/mesos/client.js";
import { LiveState } from "../../src/mesos/live/live-state.js";
import { peakMiB, print } from "./world.js";

const [master = "", seconds = "20"] = process.argv.slice(2);
const client = new MesosClient({ masters: { addresses: [master] }, scheme: "http" });
const state = new LiveState(client);
const stop = new AbortController();
const began = performance.now();
const followed = new Promise<number>((resolve) => {
  state.onChange(({ mode }) => {
    if (mode.kind === "following") resolve(performance.now() - began);
  });
});
void state.run(stop.signal).catch(() => undefined);
const followingMs = Math.round(await followed);

let changes = 0;
state.onChange(() => {
  changes += 1;
});
const [before, cpuBefore] = [performance.now(), process.cpuUsage()];
await delay(Number(seconds) * 1000);
const elapsed = performance.now() - before;
const cpu = process.cpuUsage(cpuBefore);
const { view } = state;
const count = (place: string): number =>
  [...view.tasks.values()].filter((task) => task.place === place).length;
const ages = [...view.parts].map(([part, { asOfMs }]) => [
  part,
  asOfMs === null ? null : Math.round((Date.now() - asOfMs) / 100) / 10,
]);
print({
  followingMs,
  changesPerSecond: Math.round((changes / elapsed) * 10_000) / 10,
  cpuShare: Math.round(((cpu.user + cpu.system) / 1000 / elapsed) * 1000) / 1000,
  peakMiB: peakMiB(),
  mode: view.mode.kind,
  agents: view.agents.size,
  currentTasks: count("current"),
  completedTasks: count("completed"),
  secondsOld: Object.fromEntries(ages),
});
stop.abort();
await client.close();
