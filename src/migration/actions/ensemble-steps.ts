/** An ensemble deployed or removed as a whole; one that is only named is for a person. */
import { isListening } from "./addresses.js";
import { notYet, type Scope, seen, until } from "./scope.js";
import { done, NOT_DONE, type StepHandler, type StepOf } from "./step.js";

export const deployEnsemble: StepHandler<"deploy-ensemble"> = {
  async run(scope, step) {
    const side = sideOf(scope, step);
    if (side.resource === null) {
      scope.report(`start ${side.connectString}: ferry waits until it answers`);
      await until(scope, `${side.connectString} to answer`, () => allListen(scope, step, true));
    } else await scope.ensembles.deploy(side, scope);
    return { text: `${side.resource ?? side.connectString} serves`, facts: {} };
  },

  // Made equal to what is declared, it does nothing the second time.
  probe: () => Promise.resolve(NOT_DONE),
};

export const removeEnsemble: StepHandler<"remove-ensemble"> = {
  async run(scope, step) {
    const side = sideOf(scope, step);
    if (side.resource === null) {
      scope.report(`stop ${side.connectString}: ferry waits until nothing answers there any more`);
      await until(scope, `${side.connectString} to be gone`, () => allListen(scope, step, false));
    } else await scope.ensembles.remove(side, scope);
    return { text: `${side.resource ?? side.connectString} is gone`, facts: {} };
  },

  async probe(scope, step) {
    const side = sideOf(scope, step);
    if (side.resource === null) return NOT_DONE;
    return (await scope.ensembles.isThere(side, scope)) ? NOT_DONE : done(`${side.resource} is gone`);
  },
};

type Step = StepOf<"deploy-ensemble" | "remove-ensemble" | "restore-ensemble">;

export function sideOf({ spec }: Scope, { side }: Step) {
  return (side === "a" ? spec.source : spec.target).zookeeper;
}

export async function allListen(scope: Scope, step: Step, wanted: boolean) {
  const addresses = sideOf(scope, step).connectString.split(",");
  const answers = await Promise.all(addresses.map(isListening));
  const wrong = addresses.filter((_, at) => answers[at] !== wanted);
  return wrong.length === 0
    ? seen(null)
    : notYet(`${wrong.join(", ")} ${wanted ? "does not answer" : "still answers"}`);
}
