/**
 * The order in which an ensemble is brought from what is deployed to what is declared. Pure: steps are data, carried out
 * elsewhere one at a time, each awaited. Invariant, held by a property test: at no moment are more voting servers down
 * on purpose than the quorum can spare, and the leader comes last in every round.
 */

export interface CurrentServer {
  readonly id: number;
  readonly running: boolean;
  readonly leader: boolean;
  /** Its files or command are not what is wanted. */
  readonly outdated: boolean;
  /** Its line in the membership is not what is wanted (host, port or role). */
  readonly moved: boolean;
  /** Already part of the running membership. */
  readonly member: boolean;
  /** Without reconfig: its list of members is not that of the servers deployed now (a change was cut off). */
  readonly stale: boolean;
}

export interface WantedServer {
  readonly id: number;
  readonly running: boolean;
}

export type Step =
  /** Write its files and start it: new, or found dead. */
  | {
      readonly kind: "start";
      readonly id: number;
      readonly members: readonly number[];
      readonly isNew: boolean;
    }
  | {
      readonly kind: "restart";
      readonly id: number;
      readonly members: readonly number[];
      readonly leader: boolean;
    }
  /** Restarts it only if it leads when its turn comes: a server that has no place in the others' list must not lead. */
  | { readonly kind: "yield"; readonly id: number; readonly members: readonly number[] }
  /** Incremental reconfig, 3.5 and newer. */
  | { readonly kind: "join"; readonly id: number }
  | { readonly kind: "leave"; readonly id: number }
  /** Stays deployed, does not run. */
  | { readonly kind: "stop"; readonly id: number }
  /** Stops it and takes it off its host. */
  | { readonly kind: "remove"; readonly id: number };

export interface StepsInput {
  readonly current: readonly CurrentServer[];
  readonly wanted: readonly WantedServer[];
  /** Membership is changed by reconfig; otherwise by rolling restarts with a new list. */
  readonly reconfig: boolean;
}

const ascending = (a: number, b: number): number => a - b;

function leaderLast(servers: readonly CurrentServer[]): CurrentServer[] {
  return [...servers].sort((a, b) => Number(a.leader) - Number(b.leader) || a.id - b.id);
}

/** Steps from `current` to `wanted`; none when nothing differs. A fresh ensemble is createSteps' matter. */
export function changeSteps(input: StepsInput): Step[] {
  const wantedIds = new Set(input.wanted.map((server) => server.id));
  const runs = new Map(input.wanted.map((server) => [server.id, server.running]));
  const kept = input.current.filter((server) => wantedIds.has(server.id) && !server.moved);
  const gone = input.current.filter((server) => !wantedIds.has(server.id) || server.moved);
  const known = new Set(input.current.map((server) => server.id));
  const added = [...wantedIds].filter((id) => !known.has(id)).sort(ascending);
  const back = gone.filter((server) => wantedIds.has(server.id)).map((server) => server.id);
  const now = input.current.map((server) => server.id).sort(ascending);
  const dead = kept.filter((server) => !server.running && runs.get(server.id) === true);
  const repaired: Step[] = dead.map(({ id }) => ({ kind: "start", id, members: now, isNew: false }));
  const stopped: Step[] = kept
    .filter((server) => server.running && runs.get(server.id) === false)
    .map(({ id }) => ({ kind: "stop", id }));
  const shape: Shape = {
    kept: kept.filter(({ id }) => runs.get(id) === true),
    gone: leaderLast(gone),
    added,
    back,
    now,
  };
  const changed = input.reconfig ? byReconfig(shape) : byRollingRestart(shape);
  return [...repaired, ...changed, ...stopped];
}

interface Shape {
  /** Stay, and are to run. */
  readonly kept: readonly CurrentServer[];
  readonly gone: readonly CurrentServer[];
  readonly added: readonly number[];
  /** Of `gone`: those that come back with another line. */
  readonly back: readonly number[];
  readonly now: readonly number[];
}

function byReconfig({ kept, gone, added, back, now }: Shape): Step[] {
  let members = [...now];
  const joinSteps = (id: number): Step[] => {
    members = [...new Set([...members, id])].sort(ascending);
    return [
      { kind: "start", id, members, isNew: true },
      { kind: "join", id },
    ];
  };
  const unjoined = kept
    .filter((server) => !server.member)
    .map((server): Step => ({ kind: "join", id: server.id }));
  const joins = added.flatMap(joinSteps);
  const leaves = gone.flatMap((server): Step[] => {
    members = members.filter((id) => id !== server.id);
    const away: Step[] = [
      ...(server.member ? [{ kind: "leave", id: server.id } as const] : []),
      { kind: "remove", id: server.id },
    ];
    return back.includes(server.id) ? [...away, ...joinSteps(server.id)] : away;
  });
  return [
    ...unjoined,
    ...joins,
    ...leaves,
    ...round(
      kept.filter((server) => server.outdated && server.running),
      members,
    ),
  ];
}

/** One server more or less per round, so that old and new majorities always overlap. */
function byRollingRestart({ kept, gone, added, back, now }: Shape): Step[] {
  const steps: Step[] = [];
  let members = [...now];
  let current = [...kept];
  steps.push(
    ...round(
      kept.filter((server) => server.stale && server.running),
      members,
    ),
  );
  const alive = (): CurrentServer[] => [...current, ...gone.filter((server) => members.includes(server.id))];
  const grow = (id: number): void => {
    members = [...new Set([...members, id])].sort(ascending);
    steps.push(
      { kind: "start", id, members, isNew: true },
      ...round(
        alive().filter((server) => server.id !== id),
        members,
      ),
    );
    current = [
      ...current,
      { id, running: true, leader: false, outdated: false, moved: false, member: true, stale: false },
    ];
  };
  const shrink = (server: CurrentServer): void => {
    if (server.running) steps.push({ kind: "yield", id: server.id, members: [...members] });
    members = members.filter((id) => id !== server.id);
    current = current.filter(({ id }) => id !== server.id);
    steps.push(
      ...round(
        alive().filter(({ id }) => id !== server.id),
        members,
      ),
      { kind: "remove", id: server.id },
    );
  };
  for (const id of added) grow(id);
  for (const server of gone) {
    shrink(server);
    if (back.includes(server.id)) grow(server.id);
  }
  if (added.length > 0 || gone.length > 0) return steps;
  return [
    ...steps,
    ...round(
      kept.filter((server) => server.outdated && !server.stale && server.running),
      members,
    ),
  ];
}

function round(servers: readonly CurrentServer[], members: readonly number[]): Step[] {
  return leaderLast(servers).map((server) => ({
    kind: "restart",
    id: server.id,
    members: [...members].sort(ascending),
    leader: server.leader,
  }));
}

/** A step in words, for reviewers. */
export function stepText(step: Step): string {
  switch (step.kind) {
    case "start":
      return `${step.isNew ? "deploy" : "start"} server ${step.id}, wait until it serves and follows`;
    case "restart":
      return `restart server ${step.id}${step.leader ? " (the leader, last)" : ""}, wait until it follows and all are in step`;
    case "yield":
      return `restart server ${step.id} if it leads, so that another one does before it goes`;
    case "join":
      return `add server ${step.id} to the membership (reconfig), wait until it follows`;
    case "leave":
      return `take server ${step.id} out of the membership (reconfig)`;
    case "stop":
      return `stop server ${step.id}, leave it deployed`;
    case "remove":
      return `stop server ${step.id} and remove it from its host`;
  }
}
