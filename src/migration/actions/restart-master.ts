/** Restarts one standby with its log: another quorum, another ZooKeeper. Waits until it votes again. */
import { lookSettledWith, refuseBelowQuorum, refuseLeader, settledWith, stopMaster } from "./master-steps.js";
import { once, type Scope } from "./scope.js";
import type { Server } from "./servers.js";
import { settled, standing } from "./settled.js";
import { done, NOT_DONE, type StepHandler, type StepOf, seconds } from "./step.js";

type Step = StepOf<"restart-master">;

export const restartMaster: StepHandler<"restart-master"> = {
  async run(scope, step) {
    const server = scope.servers.named(step.server);
    const begun = scope.now();
    const status = await scope.control.status(server, changeOf(step), scope);
    if (!status.running || status.matches !== true) {
      if (status.running) await mayStop(scope, server);
      await stopMaster(scope, server);
      scope.report(`start ${server.ref.name} with its log and quorum ${step.quorum}`);
      await scope.control.start(server, changeOf(step), scope);
    }
    const after = await settledWith(scope, server, step.zookeeper);
    const recoveredMs = scope.now() - begun;
    return {
      text: `${server.ref.name} votes again after ${seconds(recoveredMs)}: ${standing(after)}`,
      facts: { recoveredMs, members: after.masters.length },
    };
  },

  async probe(scope, step) {
    const server = scope.servers.named(step.server);
    const status = await scope.control.status(server, changeOf(step), scope);
    if (!status.running || status.matches !== true) return NOT_DONE;
    const look = await once(scope, () => lookSettledWith(scope, server, step.zookeeper));
    return look.kind === "seen" ? done(`${server.ref.name} votes: ${standing(look.value)}`) : NOT_DONE;
  },
};

function changeOf({ quorum, zookeeper }: Step) {
  return { quorum, zookeeper };
}

async function mayStop(scope: Scope, server: Server): Promise<void> {
  const before = await settled(scope);
  refuseLeader(before, server);
  await refuseBelowQuorum(scope, before, server);
  scope.report(`stop ${server.ref.name}; ${standing(before)}`);
}
