/**
 * One read of all agents, frameworks and tasks in a fresh process, and its time and memory: `ferry` as the client does it, `plain`
 * as whoever takes the whole answer as one text and parses it.    node dist/bench/mesos/read-child.js ferry|plain MASTER
 */
import { MesosClient } from "../../src/mesos/client.js";
import { peakMiB, print } from "./world.js";

interface Counts {
  readonly agents: number;
  readonly frameworks: number;
  readonly tasks: number;
}

async function ferry(master: string): Promise<Counts> {
  const client = new MesosClient({ masters: { addresses: [master] }, scheme: "http" });
  const fleet = await client.fleet(AbortSignal.timeout(300_000));
  await client.close();
  const current = fleet.tasks.filter(({ place }) => place === "current");
  return { agents: fleet.agents.length, frameworks: fleet.frameworks.length, tasks: current.length };
}

interface State {
  readonly get_state: {
    readonly get_agents: { readonly agents: readonly unknown[] };
    readonly get_frameworks: { readonly frameworks: readonly unknown[] };
    readonly get_tasks: { readonly tasks: readonly unknown[] };
  };
}

async function plain(master: string): Promise<Counts> {
  const answer = await fetch(`http://${master}/api/v1`, {
    method: "POST",
    headers: { "content-type": "application/json", "accept-encoding": "identity" },
    body: JSON.stringify({ type: "GET_STATE" }),
  });
  const { get_state } = (await answer.json()) as State;
  return {
    agents: get_state.get_agents.agents.length,
    frameworks: get_state.get_frameworks.frameworks.length,
    tasks: get_state.get_tasks.tasks.length,
  };
}

const [how = "", master = ""] = process.argv.slice(2);
const startedMiB = peakMiB();
const began = performance.now();
const cpuBegan = process.cpuUsage();
const counts = await (how === "ferry" ? ferry(master) : plain(master));
const ms = Math.round(performance.now() - began);
const { user, system } = process.cpuUsage(cpuBegan);
print({ ms, cpuMs: Math.round((user + system) / 1000), peakMiB: peakMiB(), startedMiB, ...counts });
