/**
 * A framework moved onto the other ZooKeeper: all instances stop, its state is proved to be equal on both sides, they start there
 * with the framework id they had. Tasks run on meanwhile; the window is measured. Old and new instances never run together.
 */
import { MarathonClient } from "../../marathon/client.js";
import { unsafe } from "../coordination/refusal.js";
import { statePath } from "../coordination/sync-spec.js";
import type { ActionOutcome, Facts } from "../model/ports.js";
import type { FrameworkRef, SideName } from "../model/spec.js";
import { isListening } from "./addresses.js";
import { baselineOf, type Registered, registeredAt } from "./returning.js";
import { type Look, notYet, once, type Scope, seen, until } from "./scope.js";
import type { Server } from "./servers.js";
import { leaderNow } from "./settled.js";
import { done, NOT_DONE, type StepHandler, seconds } from "./step.js";
import { untilLive } from "./sync-steps.js";

/** What is known of it before it stops. */
interface Before {
  /** Null: it tells none, or it was stopped already. */
  readonly frameworkId: string | null;
  /** Frameworks that were connected, this one among them. */
  readonly connected: readonly string[];
}

export const repointFramework: StepHandler<"repoint-framework"> = {
  async run(scope, step) {
    const framework = scope.servers.framework(step.framework);
    const servers = framework.servers.map(({ name }) => scope.servers.named(name));
    const state = await stateOf(scope, servers, step.zookeeper);
    const before = await lookBefore(scope, framework, state);
    const begun = scope.now();
    // The next attempt, should this one be cut off after its stop, cannot ask any more.
    if (state.old.length > 0) await scope.note(noteOf(before));
    if (state.moved.length === 0) {
      await stopAll(scope, framework, servers);
      await proveEqual(scope, framework);
    } else await stopEach(scope, state.old);
    for (const server of servers) {
      scope.report(`start ${server.ref.name} on ${step.zookeeper.toUpperCase()}`);
      await scope.control.start(server, { zookeeper: step.zookeeper }, scope);
    }
    return returned(scope, framework, before, begun);
  },

  async probe(scope, step) {
    const framework = scope.servers.framework(step.framework);
    const servers = framework.servers.map(({ name }) => scope.servers.named(name));
    const { moved } = await stateOf(scope, servers, step.zookeeper);
    if (moved.length < servers.length) return NOT_DONE;
    const { frameworks } = baselineOf(scope.facts);
    const look = await once(scope, () =>
      lookConnected(scope, framework, { frameworkId: null, connected: frameworks }),
    );
    return look.kind === "seen" ? done(`${framework.name} is connected`, factsOf(look.value)) : NOT_DONE;
  },
};

interface Instances {
  readonly moved: readonly Server[];
  /** Run, and not on the other ZooKeeper. */
  readonly old: readonly Server[];
}

async function stateOf(scope: Scope, servers: readonly Server[], zookeeper: SideName): Promise<Instances> {
  const moved: Server[] = [];
  const old: Server[] = [];
  for (const server of servers) {
    const { running, matches } = await scope.control.status(server, { zookeeper }, scope);
    if (running) (matches === true ? moved : old).push(server);
  }
  return { moved, old };
}

async function lookBefore(scope: Scope, framework: FrameworkRef, { old }: Instances): Promise<Before> {
  const leader = await leaderNow(scope);
  const now = await registeredAt(scope, leader.ref.address);
  if (old.length === 0)
    return notedOr(scope, { frameworkId: null, connected: baselineOf(scope.facts).frameworks });
  const frameworkId = await idTold(scope, framework);
  if (frameworkId !== null && !now.frameworks.includes(frameworkId)) {
    throw unsafe(`${framework.name} is not connected to the leader`, {
      detail: `Its framework id is ${frameworkId}. What cannot be seen before it stops cannot be proved afterwards. Nothing was touched.`,
      remedy: "See why it is not connected, then resume the migration.",
    });
  }
  return { frameworkId, connected: now.frameworks };
}

function noteOf({ frameworkId, connected }: Before): Facts {
  return { beforeStop: connected, ...(frameworkId === null ? {} : { beforeId: frameworkId }) };
}

/** What an attempt that was cut off has noted before it stopped anything. */
function notedOr({ facts, action }: Scope, otherwise: Before): Before {
  const { beforeStop, beforeId } = facts.get(action.id) ?? {};
  if (typeof beforeStop !== "object") return otherwise;
  return { frameworkId: typeof beforeId === "string" ? beforeId : null, connected: beforeStop };
}

/** As it says itself; null when it has no API that ferry speaks, or does not know one yet. */
async function idTold({ marathon, signal }: Scope, framework: FrameworkRef): Promise<string | null> {
  const { kind, urls } = framework;
  if (kind !== "marathon" || urls.length === 0) return null;
  const client = new MarathonClient({ ...marathon(framework), urls });
  try {
    return (await client.info(signal)).frameworkId;
  } finally {
    await client.close();
  }
}

/** Ended, out of its election, and nothing listening where it was. */
async function stopAll(scope: Scope, framework: FrameworkRef, servers: readonly Server[]): Promise<void> {
  scope.report(`stop all of ${framework.name}`);
  await stopEach(scope, servers);
  await until(scope, `${framework.name} to be out of its election`, async () => {
    for (const path of framework.electionPaths) {
      for (const side of ["a", "b"] as const) {
        const [first] = await scope.coordination.children(side, path);
        if (first !== undefined) return notYet(`${path}/${first} is still on ${side.toUpperCase()}`);
      }
    }
    return seen(null);
  });
}

async function stopEach(scope: Scope, servers: readonly Server[]): Promise<void> {
  await Promise.all(servers.map((server) => scope.control.stop(server, scope)));
  await until(scope, "the instances to be gone", async () => {
    for (const server of servers) {
      const { running } = await scope.control.status(server, {}, scope);
      if (running) return notYet(`${server.ref.name} still runs`);
      if (await isListening(server.ref.address)) return notYet(`something listens at ${server.ref.address}`);
    }
    return seen(null);
  });
}

async function proveEqual(scope: Scope, framework: FrameworkRef): Promise<void> {
  const path = statePath(framework);
  if (path === null) return;
  await untilLive(scope);
  await scope.coordination.sync.idle();
  await until(scope, `the state of ${framework.name} to be equal on both sides`, async () => {
    const { result, report } = await scope.coordination.compare([path], scope.signal);
    if (result === "equal") return seen(null);
    const [first] = report.differences;
    return notYet(
      first === undefined ? `nothing is below ${path.a}` : `${first.path} differs in ${first.field}`,
    );
  });
}

/** Connected again, with the id that it had, and everybody else with it. */
async function returned(
  scope: Scope,
  framework: FrameworkRef,
  before: Before,
  begun: number,
): Promise<ActionOutcome> {
  const found = await until(scope, `${framework.name} to be connected again`, () =>
    lookConnected(scope, framework, before),
  );
  const windowMs = scope.now() - begun;
  return {
    text: `${framework.name} is connected again after ${seconds(windowMs)}; its tasks ran on`,
    facts: { ...factsOf(found), windowMs },
  };
}

interface Connected {
  readonly frameworkId: string | null;
  readonly now: Registered;
}

async function lookConnected(
  scope: Scope,
  framework: FrameworkRef,
  before: Before,
): Promise<Look<Connected>> {
  const leader = await leaderNow(scope);
  const now = await registeredAt(scope, leader.ref.address);
  const frameworkId = await idTold(scope, framework);
  if (before.frameworkId !== null && frameworkId !== null && frameworkId !== before.frameworkId) {
    throw unsafe(
      `${framework.name} came back as another framework: ${frameworkId} in place of ${before.frameworkId}`,
      {
        detail:
          "It did not find its state on the other ZooKeeper. Tasks of the former one run on, and nobody minds them.",
        remedy: "Stop it at once, and roll this step back: the state is whole on the side where it was.",
      },
    );
  }
  const expected = [...before.connected, ...(before.frameworkId === null ? [] : [before.frameworkId])];
  const missing = expected.filter((id) => !now.frameworks.includes(id));
  if (missing.length > 0) return notYet(`not connected yet: ${missing.join(", ")}`);
  if (framework.kind === "marathon" && framework.urls.length > 0) {
    if (frameworkId === null) return notYet(`${framework.name} does not know its framework id yet`);
    if (!now.frameworks.includes(frameworkId)) return notYet(`${frameworkId} is not connected yet`);
  }
  return seen({ frameworkId, now });
}

function factsOf({ frameworkId }: Connected): ActionOutcome["facts"] {
  return frameworkId === null ? {} : { frameworkId };
}
