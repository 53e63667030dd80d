/**
 * ACCEPT: what a framework does with offers. Its operations are carried out in their order on what is left of the offers; the
 * rest goes back to the allocator with a filter.
 */
import { isObject, type JsonObject } from "../../../value/json.js";
import type { Agent, Framework, Offer } from "../model/records.js";
import { add, allocate, contains, type Resources, subtract, sum } from "../model/resource.js";
import { resourcesFromJson } from "../model/resource-json.js";
import { resourcesText } from "../model/resource-text.js";
import type { Context } from "./context.js";
import { type Conversion, conversionOf } from "./conversions.js";
import type { Offers } from "./offers.js";
import type { Reservations } from "./reservations.js";
import type { Tasks } from "./tasks.js";

export class Acceptance {
  constructor(
    private readonly context: Context,
    private readonly tasks: Tasks,
    private readonly offers: Offers,
    private readonly reservations: Reservations,
  ) {}

  accept(
    framework: Framework,
    ids: readonly string[],
    operations: readonly JsonObject[],
    refuseSeconds: number | null,
  ): void {
    const { cluster, counters } = this.context;
    counters.up("master/messages_launch_tasks");
    const found = ids.map((id) => cluster.offers.get(id));
    const accepted = found.filter((offer) => offer !== undefined && offer.framework === framework) as Offer[];
    const problem = problemOf(ids, accepted);
    for (const offer of accepted) cluster.removeOffer(offer);
    const [first] = accepted;
    if (problem !== null || first === undefined) {
      this.refuseAll(framework, operations, problem ?? "No offers specified");
      return;
    }
    counters.upOf(framework, "offers/accepted", accepted.length);
    const hand = new Hand(first.agent, first.role, sum(accepted.map(({ resources }) => resources)));
    for (const operation of operations) this.carryOut(framework, hand, operation);
    this.offers.refuse(framework, hand.role, hand.agent, hand.left, refuseSeconds);
  }

  private refuseAll(framework: Framework, operations: readonly JsonObject[], problem: string): void {
    const state = framework.capabilities.has("PARTITION_AWARE") ? "TASK_DROPPED" : "TASK_LOST";
    for (const info of operations.flatMap((operation) => [...launchedBy(operation), ...groupOf(operation)])) {
      this.tasks.refused(
        framework,
        info,
        state,
        "REASON_INVALID_OFFERS",
        `Task launched with invalid offers: ${problem}`,
      );
    }
  }

  private carryOut(framework: Framework, hand: Hand, operation: JsonObject): void {
    const type = String(operation["type"]);
    this.context.counters.upOf(framework, "operations");
    this.context.counters.upOf(framework, `operations/${type.toLowerCase()}`);
    switch (type) {
      case "LAUNCH":
        for (const info of launchedBy(operation)) this.launch(framework, hand, info);
        return;
      case "LAUNCH_GROUP":
        this.launchGroup(framework, hand, operation);
        return;
      case "RESERVE":
      case "UNRESERVE":
        this.convert(hand, type, resourcesFromJson(partOf(operation)["resources"]));
        return;
      case "CREATE":
      case "DESTROY":
        this.convert(hand, type, resourcesFromJson(partOf(operation)["volumes"]));
        return;
      default:
        this.context.log("W", "master.cpp", `Ignoring the operation ${type} of framework ${framework.id}`);
    }
  }

  private convert(
    hand: Hand,
    kind: "RESERVE" | "UNRESERVE" | "CREATE" | "DESTROY",
    resources: Resources,
  ): void {
    const conversion = conversionOf(kind, allocate(resources, hand.role));
    if (typeof conversion === "string" || !hand.convert(conversion)) {
      const why = typeof conversion === "string" ? conversion : "the offer does not contain it";
      this.context.log("W", "master.cpp", `Dropping ${kind} operation on agent ${hand.agent.id}: ${why}`);
      this.context.counters.up(`master/operations/${kind.toLowerCase()}/dropped`);
      return;
    }
    this.reservations.convert(hand.agent, kind, conversion);
  }

  private launch(framework: Framework, hand: Hand, info: JsonObject): void {
    const executor = isObject(info["executor"]) ? info["executor"] : null;
    const own = allocate(resourcesFromJson(info["resources"]), hand.role);
    const { needed, known } = this.withExecutor(framework, hand, executor, own);
    const problem = this.taskProblem(framework, hand, info, own, needed);
    if (problem !== null) {
      this.tasks.refused(framework, info, "TASK_ERROR", "REASON_TASK_INVALID", problem);
      return;
    }
    if (!hand.agent.connected) {
      const state = framework.capabilities.has("PARTITION_AWARE") ? "TASK_DROPPED" : "TASK_LOST";
      this.tasks.refused(framework, info, state, "REASON_AGENT_DISCONNECTED", "Agent is disconnected");
      return;
    }
    hand.take(needed);
    if (executor !== null && !known) this.addExecutor(framework, hand, executor);
    this.tasks.launched(framework, hand.agent, info, hand.role, own);
    this.context.tell(hand.agent, {
      kind: "run",
      framework: { id: framework.id, info: framework.info },
      tasks: [info],
      role: hand.role,
      executor,
    });
  }

  private taskProblem(
    framework: Framework,
    hand: Hand,
    info: JsonObject,
    own: Resources,
    needed: Resources,
  ): string | null {
    const id = (info["task_id"] as { value?: string }).value ?? "";
    if (framework.tasks.has(id)) return `Task has duplicate ID: ${id}`;
    const agentId = (info["agent_id"] as { value?: string }).value ?? "";
    if (agentId !== hand.agent.id)
      return `Task uses invalid agent ${agentId} while agent ${hand.agent.id} is expected`;
    if (info["executor"] === undefined && info["command"] === undefined) {
      return "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present";
    }
    if (own.length === 0) return "Task uses no resources";
    if (contains(hand.left, needed)) return null;
    return `Total resources ${resourcesText(needed)} required by task and its executor is more than available ${resourcesText(hand.left)}`;
  }

  private withExecutor(framework: Framework, hand: Hand, executor: JsonObject | null, own: Resources) {
    if (executor === null) return { needed: own, known: true };
    const id = (executor["executor_id"] as { value?: string } | undefined)?.value ?? "";
    const known = hand.agent.executors.has(`${framework.id}\n${id}`);
    const extra = known ? [] : allocate(resourcesFromJson(executor["resources"]), hand.role);
    return { needed: add(own, extra), known };
  }

  private addExecutor(framework: Framework, hand: Hand, executor: JsonObject): void {
    const id = (executor["executor_id"] as { value?: string } | undefined)?.value ?? "";
    const resources = allocate(resourcesFromJson(executor["resources"]), hand.role);
    this.context.cluster.addExecutor({ id, framework, agent: hand.agent, info: executor, resources });
  }

  /** All tasks of a group start, or none. */
  private launchGroup(framework: Framework, hand: Hand, operation: JsonObject): void {
    const group = groupOf(operation);
    const part = isObject(operation["launch_group"]) ? operation["launch_group"] : {};
    const executor = isObject(part["executor"]) ? part["executor"] : {};
    const each = group.map((info) => allocate(resourcesFromJson(info["resources"]), hand.role));
    const { needed, known } = this.withExecutor(framework, hand, executor, sum(each));
    const problem = group
      .map((info, at) => this.taskProblem(framework, hand, { ...info, executor }, each[at] ?? [], needed))
      .find((found) => found !== null);
    if (problem !== undefined && problem !== null) {
      for (const info of group) {
        this.tasks.refused(framework, info, "TASK_ERROR", "REASON_TASK_GROUP_INVALID", problem);
      }
      return;
    }
    hand.take(needed);
    if (!known) this.addExecutor(framework, hand, executor);
    for (const [at, info] of group.entries()) {
      this.tasks.launched(framework, hand.agent, { ...info, executor }, hand.role, each[at] ?? []);
    }
    const report = { id: framework.id, info: framework.info };
    this.context.tell(hand.agent, {
      kind: "run",
      framework: report,
      tasks: group,
      role: hand.role,
      executor,
    });
  }
}

/** What is left of the offers while the operations go on. */
class Hand {
  constructor(
    readonly agent: Agent,
    readonly role: string,
    public left: Resources,
  ) {}

  take(resources: Resources): void {
    this.left = subtract(this.left, resources);
  }

  convert({ consumed, converted }: Conversion): boolean {
    if (!contains(this.left, consumed)) return false;
    this.left = add(subtract(this.left, consumed), converted);
    return true;
  }
}

function problemOf(ids: readonly string[], accepted: readonly Offer[]): string | null {
  if (ids.length === 0) return "No offers specified";
  const valid = new Set(accepted.map(({ id }) => id));
  const stale = ids.find((id) => !valid.has(id));
  if (stale !== undefined) return `Offer ${stale} is no longer valid`;
  if (valid.size < ids.length) return "Duplicate offer in offer list";
  const [first] = accepted;
  const other = accepted.find(({ agent, role }) => agent !== first?.agent || role !== first.role);
  if (other === undefined) return null;
  return `Aggregated offers must belong to one single agent and role. Offer ${other.id} uses agent ${other.agent.id} and role ${other.role}`;
}

function partOf(operation: JsonObject): JsonObject {
  const part = operation[String(operation["type"]).toLowerCase()];
  return isObject(part) ? part : {};
}

function launchedBy(operation: JsonObject): readonly JsonObject[] {
  if (operation["type"] !== "LAUNCH") return [];
  const { task_infos } = partOf(operation);
  return Array.isArray(task_infos) ? (task_infos as readonly JsonObject[]) : [];
}

function groupOf(operation: JsonObject): readonly JsonObject[] {
  if (operation["type"] !== "LAUNCH_GROUP") return [];
  const { task_group } = partOf(operation);
  const tasks = isObject(task_group) ? task_group["tasks"] : undefined;
  return Array.isArray(tasks) ? (tasks as readonly JsonObject[]) : [];
}
