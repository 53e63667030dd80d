/** Stops one standby for good and takes its znodes away, so that nobody counts on it any more. */
import { membersOf } from "../coordination/election.js";
import { isMember, refuseBelowQuorum, refuseLeader, settledWithout, stopMaster } from "./master-steps.js";
import { allNames, settled, standing } from "./settled.js";
import { done, NOT_DONE, type StepHandler } from "./step.js";

export const stopMasterForGood: StepHandler<"stop-master"> = {
  async run(scope, step) {
    const server = scope.servers.named(step.server);
    const status = await scope.control.status(server, {}, scope);
    if (status.running) {
      const before = await settled(scope);
      refuseLeader(before, server);
      if (isMember(before, server)) await refuseBelowQuorum(scope, before, server);
      scope.report(`stop ${server.ref.name} for good; ${standing(before)}`);
    }
    await stopMaster(scope, server);
    const after = await settledWithout(scope, server);
    // Its log is of no use any more, and must never vote again: whoever starts it by mistake starts an empty one.
    await scope.control.remove(server, { purgeData: true }, scope);
    return {
      text: `${server.ref.name} has stopped for good: ${standing(after)}`,
      facts: { members: after.masters.length },
    };
  },

  async probe(scope, step) {
    const server = scope.servers.named(step.server);
    const { running } = await scope.control.status(server, {}, scope);
    if (running) return NOT_DONE;
    const election = await scope.coordination.election();
    const names = await allNames(server, election);
    const left = [...membersOf(election.a, names), ...membersOf(election.b, names)];
    return left.length === 0 ? done(`${server.ref.name} has stopped for good`) : NOT_DONE;
  },
};
