/**
 * All of a cluster's state at one moment, gathered object by object from an answer or an event that holds it. It keeps what ferry
 * looks at and nothing else, so that 100,000 tasks fit in memory with room to spare.
 */
import { Shape } from "../../http/shape.js";
import type { Json } from "../../value/json.js";
import { type Agent, agentOf, type RecoveredAgent, recoveredAgentOf } from "../answers.js";
import { type Framework, frameworkOf, TASK_LISTS, type Task, taskOf } from "../workloads.js";
import type { ItemTakers } from "./item-splitter.js";

export interface Fleet {
  readonly agents: readonly Agent[];
  readonly recoveredAgents: readonly RecoveredAgent[];
  /** Completed ones too. */
  readonly frameworks: readonly Framework[];
  /** Of all places. */
  readonly tasks: readonly Task[];
}

export class FleetCollector {
  private readonly agents: Agent[] = [];
  private readonly recoveredAgents: RecoveredAgent[] = [];
  private readonly frameworks: Framework[] = [];
  private readonly tasks: Task[] = [];
  private readonly texts = new Map<string, string>();
  readonly takers: ItemTakers;

  /** @param within what the parts are in: `get_state.`, `subscribed.get_state.`, or nothing when an answer is one part */
  constructor(within: string) {
    const takers = new Map<string, ((item: Json) => void) | null>();
    const take = <T>(name: string, into: T[], decode: (shape: Shape) => T): void => {
      const path = `${within}${name}`;
      takers.set(path, (item) => void into.push(decode(Shape.of(item, `${path}[${into.length}]`))));
    };
    take("get_agents.agents", this.agents, agentOf);
    take("get_agents.recovered_agents", this.recoveredAgents, recoveredAgentOf);
    take("get_frameworks.frameworks", this.frameworks, (shape) => frameworkOf(shape, false));
    take("get_frameworks.completed_frameworks", this.frameworks, (shape) => frameworkOf(shape, true));
    for (const [name, place] of Object.entries(TASK_LISTS)) {
      take(`get_tasks.${name}`, this.tasks, (shape) => taskOf(shape, place, this.same));
    }
    // Before 1.2 they are told here, too, and executors are nothing that anybody follows.
    takers.set(`${within}get_frameworks.recovered_frameworks`, null);
    takers.set(`${within}get_executors.executors`, null);
    takers.set(`${within}get_executors.orphan_executors`, null);
    this.takers = takers;
  }

  get fleet(): Fleet {
    const { agents, recoveredAgents, frameworks, tasks } = this;
    return { agents, recoveredAgents, frameworks, tasks };
  }

  private readonly same = (text: string): string => {
    const known = this.texts.get(text);
    if (known !== undefined) return known;
    this.texts.set(text, text);
    return text;
  };
}
