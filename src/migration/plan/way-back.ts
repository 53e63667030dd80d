/**
 * From where a platform stands to the end of an earlier stage, as steps, each with the stage it undoes. Pure: it compares two platforms, so
 * that it does not matter how the first came about, half-way through a stage or after another way back.
 */
import { DiagnosticError, errorDiagnostic } from "../../diagnostics/diagnostic.js";
import type { ActionStep } from "../model/action.js";
import type { MigrationSpec, SideName, StageNumber } from "../model/spec.js";
import type { PathStep } from "../quorum/question.js";
import { splitAtHandOver } from "../quorum/split.js";
import { countedPaths } from "./actions.js";
import { groups, largeGroups } from "./groups.js";
import { mastersPath } from "./masters.js";
import { type AgentState, after, leadingSide, type Platform } from "./platform.js";

export interface StepBack {
  readonly undoes: StageNumber;
  readonly step: ActionStep;
}

/** The steps. Throws DiagnosticError `migration-no-way-back` when the masters have no safe path. */
export function stepsBack(spec: MigrationSpec, from: Platform, to: Platform): readonly StepBack[] {
  const walk = new Walk(spec, from);
  walk.connect(to);
  walk.frameworks(to);
  walk.oldAgents(to);
  walk.newAgents(to);
  walk.repointedAgents(to);
  walk.masters(to);
  walk.disconnect(to);
  return walk.steps;
}

class Walk {
  readonly steps: StepBack[] = [];

  constructor(
    private readonly spec: MigrationSpec,
    private at: Platform,
  ) {}

  private take(undoes: StageNumber, ...steps: readonly ActionStep[]): void {
    for (const step of steps) {
      this.steps.push({ undoes, step });
      this.at = after(this.at, step);
    }
  }

  /** Both ensembles and what keeps them equal, as far as anything else has to be undone. */
  connect(to: Platform): void {
    if (!this.at.ensembles.a && to.ensembles.a) this.restore();
    if (this.at.sync || (!to.sync && !differs(this.at, to))) return;
    // Since the sides were separated only the one that leads has gone on.
    const counts = leadingSide(this.at);
    this.take(6, { kind: "start-sync", ...(counts === null ? {} : { counts }) });
    this.fence(6);
  }

  private restore(): void {
    if (this.spec.archiveKey === null) {
      const why = "The ZooKeeper of A is removed, and no archive of it was made (archive.key is not set).";
      throw noWayBack(this.spec, why, "Move to a new platform by another migration.");
    }
    this.take(6, { kind: "restore-ensemble", side: "a" });
  }

  private fence(undoes: StageNumber): void {
    const lower = leadingSide(this.at) ?? "a";
    if (this.at.lower === lower) return;
    this.take(undoes, { kind: "fence-counters", paths: countedPaths(this.spec), lower });
  }

  frameworks(to: Platform): void {
    const moved = [...to.frameworks].filter(([name, side]) => this.at.frameworks.get(name) !== side);
    for (const [framework, zookeeper] of moved.reverse())
      this.take(5, { kind: "repoint-framework", framework, zookeeper });
  }

  /** Those of A take tasks again. */
  oldAgents(to: Platform): void {
    const back = this.agentsWhere(to, (now, then) => then.running && (!now.running || now.doubtful));
    for (const servers of largeGroups(back)) this.take(5, { kind: "start-agents", servers });
    const asleep = this.agentsWhere(to, (now, then) => then.active && now.running && !now.active);
    if (asleep.length > 0) this.take(5, { kind: "reactivate-agents", servers: asleep });
  }

  /** Those of B are emptied as those of A were. */
  newAgents(to: Platform): void {
    const servers = this.agentsWhere(to, (now, then) => !then.running && (now.running || now.doubtful));
    if (servers.length === 0) return;
    this.take(4, { kind: "deactivate-agents", servers });
    for (const { name, kind } of this.spec.frameworks)
      if (kind !== "other") this.take(4, { kind: "drain-framework", framework: name, servers });
    for (const group of groups(this.spec, servers)) this.take(4, { kind: "drain-agents", servers: group });
    for (const group of largeGroups(servers)) this.take(4, { kind: "remove-agents", servers: group });
  }

  repointedAgents(to: Platform): void {
    const servers = this.agentsWhere(to, (now, then) => then.side !== now.side);
    for (const group of groups(this.spec, servers))
      this.take(4, { kind: "repoint-agents", servers: group, zookeeper: "a" });
  }

  private agentsWhere(to: Platform, test: (now: AgentState, then: AgentState) => boolean): readonly string[] {
    return [...to.agents].flatMap(([name, then]) => {
      const now = this.at.agents.get(name);
      return now !== undefined && test(now, then) ? [name] : [];
    });
  }

  /**
   * To where one side has all of them the planner knows the path. The end of stage 2 lies between: all to A first, then stage 2 once more,
   * so that what follows it finds what it was planned for.
   */
  masters(to: Platform): void {
    if (sameMasters(this.at, to)) return;
    this.toSide("a", false);
    if (!sameMasters(this.at, to)) this.toSide("b", true);
  }

  private toSide(side: SideName, onlyPrepare: boolean): void {
    const answer = mastersPath(this.at, this.spec, side);
    if (answer.kind === "none") throw noWayBack(this.spec, answer.text, answer.change);
    const { before, from } = splitAtHandOver(answer);
    if (answer.steps.length > 0) this.fence(from.steps.length > 0 ? 3 : 2);
    const first: StageNumber = !onlyPrepare && from.steps.length > 0 ? 3 : 2;
    this.take(first, ...before.steps.map(stepOf));
    if (onlyPrepare) return;
    for (const step of from.steps) {
      const handsOver = step.step.kind === "hand-over";
      this.take(handsOver ? 3 : 2, stepOf(step));
      if (handsOver) this.take(3, { kind: "swap-counters", paths: countedPaths(this.spec) });
    }
  }

  disconnect(to: Platform): void {
    if (this.at.sync && !to.sync) this.take(1, { kind: "stop-sync" });
    if (this.at.sync && to.lower !== null) this.fence(1);
    if (this.at.ensembles.b && !to.ensembles.b) this.take(1, { kind: "remove-ensemble", side: "b" });
  }
}

/** The step with the name of the leader that it stops. */
export function stepOf({ step, server }: PathStep): ActionStep {
  return step.kind === "hand-over" ? { ...step, leader: server } : step;
}

/** Whether anything but the ensembles and the synchronisation is not as it was. */
function differs(at: Platform, to: Platform): boolean {
  return (
    !sameMasters(at, to) ||
    [...to.frameworks].some(([name, side]) => at.frameworks.get(name) !== side) ||
    [...to.agents].some(([name, then]) => {
      const now = at.agents.get(name);
      if (now === undefined || now.doubtful) return true;
      return now.side !== then.side || now.running !== then.running || now.active !== then.active;
    })
  );
}

/** Who is where; which of several candidates of one side leads does not matter. */
export function sameMasters(at: Platform, to: Platform): boolean {
  if (leadingSide(at) !== leadingSide(to)) return false;
  return [...to.masters].every(([name, then]) => {
    const now = at.masters.get(name) ?? { kind: "absent" };
    if (now.kind !== then.kind) return false;
    if (now.kind === "absent" || then.kind === "absent") return true;
    return now.zookeeper === then.zookeeper && now.quorum === then.quorum;
  });
}

function noWayBack(spec: MigrationSpec, why: string, change: string): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("migration-no-way-back", `${spec.name}: there is no way back from here`, {
      detail: `${why} Nothing was touched.`,
      remedy: change,
    }),
  ]);
}
