/**
 * Masters that share a log, written without a look at the planner and for plain truth instead of speed: what may happen in a state is
 * found by trying every set of servers. Knows more steps than the planner takes, so that it finds what that one might have missed.
 */
import type { SideName } from "../../../src/migration/model/spec.js";
import type { MasterStep, QuorumQuestion } from "../../../src/migration/quorum/question.js";

export interface Server {
  readonly name: string;
  readonly wanted: boolean;
  readonly available: boolean;
  readonly log: "none" | "empty" | "full";
  readonly up: boolean;
  readonly side: SideName;
  readonly quorum: number;
}

/** Writes of some time: who was a member then and is still the same replica, and how many of those may be without one of them. */
interface Era {
  readonly survivors: ReadonlySet<string>;
  readonly without: number;
}

export interface World {
  readonly servers: readonly Server[];
  /** One of them leads; before the hand-over there is only one. */
  readonly leaders: ReadonlySet<string>;
  readonly eras: readonly Era[];
  readonly handedOver: boolean;
  readonly goal: QuorumQuestion["goal"];
}

export interface Change {
  readonly during: World;
  readonly after: World;
}

export function worldOf({ masters, goal }: QuorumQuestion): World {
  const servers = masters.map(({ name, state, available }): Server => {
    const common = { name, available, wanted: goal.masters.includes(name) };
    if (state.kind === "absent") return { ...common, log: "none", up: false, side: goal.side, quorum: 0 };
    const { zookeeper: side, quorum } = state;
    return {
      ...common,
      log: state.kind === "empty" ? "empty" : "full",
      up: state.kind !== "down",
      side,
      quorum,
    };
  });
  const members = servers.filter(({ log }) => log !== "none");
  const smallest = Math.min(...members.map(({ quorum }) => quorum));
  return {
    servers,
    goal,
    leaders: new Set(masters.filter(({ leading }) => leading).map(({ name }) => name)),
    // How many members there were before is not known: as many as were allowed.
    eras: [{ survivors: new Set(members.map(({ name }) => name)), without: smallest - 1 }],
    handedOver: false,
  };
}

const members = (world: World): Server[] => world.servers.filter(({ log }) => log !== "none");
const voters = (world: World): Server[] => world.servers.filter(({ log, up }) => log === "full" && up);

function remembered<T>(make: (...numbers: number[]) => T): (...numbers: number[]) => T {
  const known = new Map<string, T>();
  return (...numbers) => {
    const key = numbers.join();
    const value = known.get(key) ?? make(...numbers);
    known.set(key, value);
    return value;
  };
}

function bits(set: number): number {
  let count = 0;
  for (let rest = set; rest > 0; rest >>= 1) count += rest & 1;
  return count;
}

/** Whether some write quorum of `x` and some of `y` among `count` replicas have none in common. */
const apart = remembered((count: number, x: number, y: number) => {
  for (let set = 0; set < 2 ** count; set += 1) if (bits(set) === x && count - bits(set) >= y) return true;
  return false;
});

/** What is unsafe here, or null. */
export function danger(world: World): string | null {
  const there = members(world);
  for (const x of there)
    for (const y of there)
      if (apart(there.length, x.quorum, y.quorum)) return `${x.name} and ${y.name} can write apart`;
  if (there.filter(({ log }) => log === "empty").length > 1) return "two empty ones at once";
  for (const { survivors, without } of world.eras) {
    const left = there.filter(({ name }) => survivors.has(name));
    for (const { name, quorum } of there)
      if (Math.min(without, left.length) >= quorum) return `${name} can be elected without an old write`;
  }
  return null;
}

/** For every set of voters that fails, of whatever size: may whoever is next still write? */
function bearable(world: World): number {
  const voting = voters(world);
  const running = world.servers.filter(({ up }) => up);
  const writes = (failed: ReadonlySet<string>): boolean => {
    const left = voting.length - failed.size;
    const next = new Set<Server>();
    for (const name of world.leaders) {
      const leader = world.servers.find((server) => server.name === name);
      if (leader === undefined) continue;
      if (!failed.has(name)) next.add(leader);
      else for (const server of running) if (!failed.has(server.name)) next.add(server);
    }
    return next.size > 0 && [...next].every(({ quorum }) => left >= quorum);
  };
  let most = -1;
  for (let size = 0; size <= voting.length; size += 1) {
    for (let set = 0; set < 2 ** voting.length; set += 1) {
      if (bits(set) !== size) continue;
      if (!writes(new Set(voting.filter((_, at) => (set >> at) & 1).map(({ name }) => name)))) return most;
    }
    most = size;
  }
  return most;
}

const tolerances = new Map<string, number>();

/** How many may fail; negative: how many votes are missing now. */
export function tolerated(world: World): number {
  const key = world.servers
    .filter(({ up }) => up)
    .map(({ name, log, quorum }) => `${log}${quorum}${world.leaders.has(name)}`)
    .sort()
    .join();
  const missing = (): number => {
    const needed = world.servers.filter(({ name }) => world.leaders.has(name)).map(({ quorum }) => quorum);
    return voters(world).length - Math.max(...needed);
  };
  const known = tolerances.get(`${key}/${missing()}`) ?? bearable(world);
  tolerances.set(`${key}/${missing()}`, known);
  return known === -1 ? missing() : known;
}

export function isDone(world: World): boolean {
  const { side, quorum } = world.goal;
  return world.servers.every((server) =>
    server.wanted
      ? server.log === "full" && server.up && server.side === side && server.quorum === quorum
      : server.log === "none",
  );
}

/** The side leadership is on; it moves once, and only towards the goal. */
function ledSide(world: World): SideName | undefined {
  return world.servers.find(({ name }) => world.leaders.has(name))?.side;
}

/** What a step does, or why it must not be done at all. */
export function apply(world: World, step: MasterStep): Change | string {
  switch (step.kind) {
    case "start-master":
      return start(world, step.server, step.quorum, step.zookeeper);
    case "restart-master":
      return restart(world, step.server, step.quorum, step.zookeeper);
    case "stop-master":
      return stop(world, step.server);
    case "hand-over":
      return handOver(world, step.then);
  }
}

function put(world: World, name: string, change: Partial<Server>): World {
  const servers = world.servers.map((server) => (server.name === name ? { ...server, ...change } : server));
  return { ...world, servers };
}

/** Writes go on in both moments, each kept by no more than the leader's quorum of those that are members. */
function change(during: World, after: World): Change {
  let lived = after;
  for (const moment of [during, after]) {
    const there = members(moment);
    const needed = Math.max(
      0,
      ...moment.servers.filter(({ name }) => moment.leaders.has(name)).map(({ quorum }) => quorum),
    );
    const without = there.length - needed;
    lived = {
      ...lived,
      eras: [...lived.eras, { survivors: new Set(there.map(({ name }) => name)), without }],
    };
  }
  const remain = new Set(members(after).map(({ name }) => name));
  const eras = lived.eras.map(({ survivors, without }) => ({
    without,
    survivors: new Set([...survivors].filter((name) => remain.has(name))),
  }));
  return {
    during,
    after: { ...lived, eras: eras.filter((era, at) => !eras.some((x, y) => hides(x, y, era, at))) },
  };
}

/** Whether an era says nothing that another does not say. */
function hides(other: Era, otherAt: number, era: Era, at: number): boolean {
  if (other === era || other.without < era.without) return false;
  if (![...era.survivors].every((name) => other.survivors.has(name))) return false;
  const same = other.without === era.without && other.survivors.size === era.survivors.size;
  return !same || otherAt < at;
}

function outranks(world: World, side: SideName): boolean {
  return world.handedOver && side !== world.goal.side;
}

function start(world: World, name: string, quorum: number, side: SideName): Change | string {
  const server = world.servers.find((known) => known.name === name);
  if (server === undefined || !server.available) return `${name} cannot be started`;
  if (server.log === "full") return `${name} would come back with its log`;
  if (server.log === "empty" && (server.quorum !== quorum || server.side !== side))
    return `${name} is being started with something else`;
  if (outranks(world, side)) return `${name} would outrank the new leader`;
  if (voters(world).length < quorum) return `${name} would stay empty`;
  const with_ = (log: Server["log"]): World => put(world, name, { log, up: true, quorum, side });
  return change(with_("empty"), with_("full"));
}

function restart(world: World, name: string, quorum: number, side: SideName): Change | string {
  const server = world.servers.find((known) => known.name === name);
  if (server === undefined || !server.available) return `${name} cannot be restarted`;
  if (server.log !== "full") return `${name} has no log to keep`;
  if (world.leaders.has(name)) return `${name} may lead`;
  if (outranks(world, side)) return `${name} would outrank the new leader`;
  return change(put(world, name, { up: false }), put(world, name, { up: true, quorum, side }));
}

function stop(world: World, name: string): Change | string {
  const server = world.servers.find((known) => known.name === name);
  if (server === undefined || server.log === "none") return `${name} is not there`;
  if (world.leaders.has(name)) return `${name} may lead`;
  return change(put(world, name, { up: false }), put(world, name, { up: false, log: "none" }));
}

function handOver(
  world: World,
  then: Extract<MasterStep, { readonly kind: "hand-over" }>["then"],
): Change | string {
  const from = ledSide(world);
  const [leader] = [...world.leaders];
  const old = world.servers.find(({ name }) => name === leader);
  if (old === undefined || from === undefined || world.leaders.size !== 1) return "nobody leads";
  if (world.handedOver || from === world.goal.side) return "leadership moves twice";
  const others = members(world).filter(({ name }) => name !== old.name);
  if (others.some(({ side }) => side === from)) return "another one of this side would lead";
  if (others.some(({ log }) => log === "empty")) return "an empty one might lead";
  const next = others.filter(({ up }) => up).map(({ name }) => name);
  if (then.kind === "stop") {
    const moved = { ...world, handedOver: true, leaders: new Set(next) };
    if (next.length === 0) return "nobody would lead";
    return change(put(moved, old.name, { up: false }), put(moved, old.name, { up: false, log: "none" }));
  }
  if (!old.available) return `${old.name} cannot be restarted`;
  if (then.zookeeper === from) return `${old.name} would lead again`;
  const moved = { ...world, handedOver: true, leaders: new Set(next.length === 0 ? [old.name] : next) };
  const as = (up: boolean): World => put(moved, old.name, { up, quorum: then.quorum, side: then.zookeeper });
  return change(as(false), as(true));
}
