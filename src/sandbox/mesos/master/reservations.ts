/** Operations on an agent's resources that last: by operators and by frameworks. The agent is told its new total. */
import type { Agent } from "../model/records.js";
import { add, contains, type Resources, subtract, unallocate } from "../model/resource.js";
import { resourcesToJson } from "../model/resource-json.js";
import { resourcesText } from "../model/resource-text.js";
import { type Context, type Refusal, refusal } from "./context.js";
import type { Conversion, OperationKind } from "./conversions.js";
import type { Offers } from "./offers.js";
import { agentUsed } from "./views-v1.js";

export class Reservations {
  constructor(
    private readonly context: Context,
    private readonly offers: Offers,
  ) {}

  /** By an operator: of what no task uses; offers that hold it are rescinded. */
  byOperator(agentId: string, kind: OperationKind, conversion: Conversion | string): Refusal | null {
    const agent = this.context.cluster.agents.get(agentId);
    if (agent === undefined) return refusal(400, "No agent found with specified ID");
    if (typeof conversion === "string") {
      return refusal(400, `Invalid ${kind} operation on agent ${agentId}: ${conversion}`);
    }
    const unused = subtract(agent.total, unallocate(agentUsed(agent)));
    if (!contains(unused, conversion.consumed)) {
      const wanted = resourcesText(conversion.consumed);
      return refusal(409, `${resourcesText(unused)} does not contain ${wanted}`);
    }
    for (const offer of [...agent.offers]) {
      if (contains(this.context.cluster.available(agent), conversion.consumed)) break;
      this.offers.rescind(offer);
    }
    this.convert(agent, kind, conversion);
    return null;
  }

  /** Changes the total; what is consumed must be free. */
  convert(agent: Agent, kind: OperationKind, { consumed, converted }: Conversion): void {
    const { cluster, counters, tell } = this.context;
    cluster.changeTotal(agent, add(subtract(agent.total, bare(consumed)), bare(converted)));
    for (const name of [kind.toLowerCase(), ""]) {
      const prefix = name === "" ? "master/operations" : `master/operations/${name}`;
      counters.up(`${prefix}/total`);
      counters.up(`${prefix}/finished`);
    }
    counters.up("master/messages_operation_status_update");
    counters.up("master/valid_operation_status_updates");
    tell(agent, { kind: "resources", total: resourcesToJson(agent.total) });
    this.offers.soon();
  }
}

function bare(resources: Resources): Resources {
  return resources.map(({ allocatedTo: _, ...part }) => part);
}
