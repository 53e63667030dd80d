/** What the client makes of an answer, without a socket: the splitter and the collector on its text. */
import type { Agent, RecoveredAgent } from "../../src/mesos/answers.js";
import { type Fleet, FleetCollector } from "../../src/mesos/state/fleet.js";
import { ItemSplitter } from "../../src/mesos/state/item-splitter.js";
import type { Task } from "../../src/mesos/workloads.js";
import type { Json } from "../../src/value/json.js";

/** @param within as FleetCollector has it */
export function fleetOf(answer: Json, within = ""): Fleet {
  const collector = new FleetCollector(within);
  const splitter = new ItemSplitter(collector.takers);
  splitter.push(Buffer.from(JSON.stringify(answer)));
  splitter.finish();
  return collector.fleet;
}

export function agentsOf(answer: Json): readonly Agent[] {
  return fleetOf(answer).agents;
}

export function recoveredAgentsOf(answer: Json): readonly RecoveredAgent[] {
  return fleetOf(answer).recoveredAgents;
}

export function tasksOf(answer: Json): readonly Task[] {
  return fleetOf(answer).tasks;
}
