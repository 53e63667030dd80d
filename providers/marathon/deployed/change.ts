/**
 * Creates, changes and removes the servers of a Marathon: standbys first, the leader last, each answering before the next. It
 * starts no server while ZooKeeper still holds the last session of the same one, with which Marathon would end at once (104).
 */
import { setTimeout as delay } from "node:timers/promises";
import { isObject, type JsonObject } from "../../../src/value/json.js";
import { type ApplyOptions, applyServers } from "../../deployed/apply.js";
import type { DeployedServer, Fleet } from "../../deployed/fleet.js";
import type { ServerStep } from "../../deployed/steps.js";
import { serversOf } from "../../deployed/unit.js";
import type { Conditions, ServerWork } from "../../deployed/work.js";
import { leaderLast, together } from "../../frameworks/order.js";
import { checkMove, placeOf } from "../../frameworks/places.js";
import type { Connect } from "../../frameworks/reading.js";
import type { ApplyResult, ChangeRequest, Progress } from "../../provider.js";
import type { Clients } from "../access.js";
import { refuseOther } from "../other-framework.js";
import { askServer, selfOf } from "./ask.js";
import { leaderOf, OTHER_FRAMEWORK, observeServers } from "./observe.js";
import { electedLeader, marathonState, noCandidate } from "./zookeeper.js";

export interface ChangeTools {
  readonly clients: Clients;
  readonly connect: Connect;
}

const POLL_MS = 200;

export const UNTIL = "it answers and knows who leads";

/** Never rejects: what went wrong is part of the result. */
export function applyInstance(
  fleet: Fleet,
  change: ChangeRequest,
  report: (progress: Progress) => void,
  tools: ChangeTools,
): Promise<ApplyResult> {
  const after = change.action === "delete" ? {} : change.after;
  return applyServers(fleet, change, new InstanceChange(fleet, change, after, report, tools).options());
}

class InstanceChange {
  /** To another place in ZooKeeper: nobody is asked whether others serve. */
  private moving = false;

  constructor(
    private readonly fleet: Fleet,
    private readonly change: ChangeRequest,
    private readonly after: JsonObject,
    private readonly report: (progress: Progress) => void,
    private readonly tools: ChangeTools,
  ) {}

  options(): ApplyOptions {
    const conditions: Conditions = {
      mayTakeDown: (ids) => this.whyNotDown(ids),
      notBack: (ids) => this.firstProblem(this.servers(ids)),
    };
    return {
      conditions,
      batch: 1,
      startTogether: false,
      until: UNTIL,
      arrange: (steps, deployed) => this.arrange(steps, deployed),
      take: (step, work) => this.prepare(step, work),
      observe: async (deployed) => {
        await this.registered();
        return observeServers(this.tools.clients, this.fleet, deployed, this.after);
      },
      report: this.report,
    };
  }

  private async arrange(
    steps: readonly ServerStep[],
    deployed: readonly DeployedServer[],
  ): Promise<readonly ServerStep[]> {
    const { fleet, change, after, tools } = this;
    const { attributes } = await observeServers(tools.clients, fleet, deployed, after);
    const frameworkId = typeof attributes["frameworkId"] === "string" ? attributes["frameworkId"] : null;
    refuseOther(fleet.address, change.identity, frameworkId, OTHER_FRAMEWORK);
    if (change.action !== "update") return steps;
    const places = { address: fleet.address, before: change.before, after };
    const move = await checkMove(
      places,
      fleet.context,
      marathonState(fleet.address, tools.connect, fleet.signal),
    );
    this.moving = move === "other";
    if (this.moving) return together(steps);
    return leaderLast(steps, leaderOf(attributes) ?? (await this.elected(change.before)));
  }

  /** The server that leads by the election: servers whose password was rotated do not say. */
  private async elected(before: JsonObject): Promise<string | null> {
    const { fleet, tools } = this;
    const place = await placeOf(fleet.address, before, fleet.context);
    const name = await electedLeader(tools.connect, place, fleet.signal);
    const leader = serversOf(fleet.kind, before).find((server) => selfOf(fleet, server) === name);
    return leader === undefined ? null : String(leader["id"]);
  }

  /** What must be before ServerWork takes the step; the step itself is left to it. */
  private async prepare(step: ServerStep, work: ServerWork): Promise<false> {
    const { fleet, after } = this;
    if (step.kind === "start") await this.forgotten(step.ids);
    if (step.kind !== "change") return false;
    // As ServerWork does it, and then a look into the election before the new ones start.
    for (const id of step.ids) await fleet.unit(after, id);
    await work.awaitPermission(step.ids);
    for (const id of step.ids) await fleet.stop(String(fleet.server(after, id)?.["host"]), id);
    await this.forgotten(step.ids);
    return false;
  }

  /** Until no session of an earlier process stands for election under their names, or time is up. */
  private async forgotten(ids: readonly string[]): Promise<void> {
    const { fleet, tools, after } = this;
    await noCandidate(tools.connect, await placeOf(fleet.address, after, fleet.context), {
      names: this.servers(ids).map((server) => selfOf(fleet, server)),
      forMs: this.waitMs(),
      signal: fleet.signal,
      onWait: () => {
        const message = `wait until ZooKeeper has forgotten the last session of ${fleet.name(ids.join(", "))}`;
        this.report({ message });
      },
    });
  }

  private waitMs(): number {
    const rolling = isObject(this.after["rolling"]) ? this.after["rolling"] : {};
    return 1000 * (typeof rolling["waitSeconds"] === "number" ? rolling["waitSeconds"] : 120);
  }

  private servers(ids: readonly string[]): JsonObject[] {
    return ids.flatMap((id) => {
      const server = this.fleet.server(this.after, id);
      return server === undefined ? [] : [server];
    });
  }

  /** A server that does not serve may always go; one that does only while all others do. */
  private async whyNotDown(ids: readonly string[]): Promise<string | null> {
    if (this.moving) return null;
    const { fleet, after } = this;
    const others = serversOf(fleet.kind, after).filter(
      (server) => server["running"] !== false && !ids.includes(String(server["id"])),
    );
    if (others.length === 0 || (await this.firstProblem(this.servers(ids))) !== null) return null;
    return this.firstProblem(others);
  }

  private async firstProblem(servers: readonly JsonObject[]): Promise<string | null> {
    const { fleet, after, tools } = this;
    const answers = await Promise.all(
      servers.map(async (server) => {
        const { problem } = await askServer(tools.clients, fleet, after, server);
        return problem === null ? [] : [`${fleet.name(String(server["id"]))} does not serve: ${problem}`];
      }),
    );
    return answers.flat()[0] ?? null;
  }

  /** Until the leader has registered with Mesos, or time is up. */
  private async registered(): Promise<void> {
    const { fleet, after, tools } = this;
    const running = serversOf(fleet.kind, after).filter((server) => server["running"] !== false);
    const [first] = running;
    if (first === undefined) return;
    const end = fleet.context.now() + this.waitMs();
    while (fleet.context.now() < end) {
      const { info, problem } = await askServer(tools.clients, fleet, after, first);
      if (problem === null && info?.frameworkId !== null) return;
      await delay(POLL_MS, undefined, { signal: fleet.signal });
    }
  }
}
