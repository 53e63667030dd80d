/** Starts one empty master beside those that stand, and waits until its replica votes. */
import { unsafe } from "../coordination/refusal.js";
import type { ActionOutcome } from "../model/ports.js";
import { isMember, lookSettledWith, refuseAboveQuorum, settledWith } from "./master-steps.js";
import { once, type Scope } from "./scope.js";
import type { Server } from "./servers.js";
import { settled, standing } from "./settled.js";
import { done, NOT_DONE, type StepHandler, type StepOf, seconds } from "./step.js";

type Step = StepOf<"start-master">;

export const startMaster: StepHandler<"start-master"> = {
  async run(scope, step) {
    const server = scope.servers.named(step.server);
    const change = changeOf(step);
    const begun = scope.now();
    const status = await scope.control.status(server, change, scope);
    if (status.running && status.matches === false) throw runsOtherwise(server);
    // One that runs was begun by an earlier attempt: what its log has promised must not be wiped.
    if (!status.running) await startEmpty(scope, server, step);
    return outcome(scope, server, step, begun);
  },

  async probe(scope, step) {
    const server = scope.servers.named(step.server);
    const status = await scope.control.status(server, changeOf(step), scope);
    if (!status.running || status.matches === false) return NOT_DONE;
    const look = await once(scope, () => lookSettledWith(scope, server, step.zookeeper));
    return look.kind === "seen" ? done(`${server.ref.name} votes: ${standing(look.value)}`) : NOT_DONE;
  },
};

function changeOf({ quorum, zookeeper }: Step) {
  return { quorum, zookeeper };
}

async function startEmpty(scope: Scope, server: Server, step: Step): Promise<void> {
  const { control, report } = scope;
  const before = await settled(scope);
  if (!isMember(before, server)) await refuseAboveQuorum(scope, before, server, step.quorum);
  await control.remove(server, { purgeData: true }, scope);
  report(`start ${server.ref.name} with an empty log and quorum ${step.quorum}`);
  await control.start(server, changeOf(step), scope);
}

async function outcome(scope: Scope, server: Server, step: Step, begun: number): Promise<ActionOutcome> {
  const after = await settledWith(scope, server, step.zookeeper);
  const recoveredMs = scope.now() - begun;
  return {
    text: `${server.ref.name} votes after ${seconds(recoveredMs)}: ${standing(after)}`,
    facts: { recoveredMs, members: after.masters.length },
  };
}

function runsOtherwise({ ref }: Server): Error {
  return unsafe(`${ref.name} runs already, with other settings`, {
    detail: "A master that is to start with an empty log must not run. Nothing was touched.",
    remedy: "See who started it; stop it for good, then resume the migration.",
  });
}
