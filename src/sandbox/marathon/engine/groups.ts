/**
 * The root that is wanted now, and the only way to change it: a change is computed, checked, planned, locked against others,
 * stored, and then its deployment begins.
 */

import { iso } from "../../framework/clock.js";
import { notValid } from "../definition/refusal.js";
import { emptyRoot, type Root } from "../definition/root.js";
import type { RunSpec } from "../definition/run-spec.js";
import { nextRoot } from "../definition/versioning.js";
import { type DeploymentPlan, planDeployment } from "../deployment/plan.js";
import type { History } from "../storage/history.js";
import type { EngineContext } from "./context.js";
import type { Deployments } from "./deployments.js";

export interface WriteOptions {
  /** Of the events. */
  readonly groupId: string;
  readonly force?: boolean;
  readonly restart?: ReadonlySet<string>;
  /** Instances to be killed first, by spec. */
  readonly sentenced?: ReadonlyMap<string, readonly string[]>;
}

/** @param version what the change will be stored as */
export type Change = (root: Root, version: string) => Root | Promise<Root>;

export class Groups {
  root: Root;
  /** Specs by id and version, as far as they were seen in this leadership. */
  private readonly seen = new Map<string, RunSpec>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly context: EngineContext,
    readonly history: History,
    private readonly deployments: Deployments,
  ) {
    this.root = emptyRoot(iso(context.clock.now()));
  }

  /** Reads the root that is stored; a store that has none gets an empty one. */
  async load(): Promise<void> {
    const stored = await this.history.root();
    if (stored !== null) this.root = stored;
    else await this.history.keep(this.root, this.root, null);
    this.note(this.root);
  }

  /** Plans that another leader did not finish, computed anew under their ids. */
  async resume(): Promise<DeploymentPlan[]> {
    const plans: DeploymentPlan[] = [];
    for (const record of await this.history.plans()) {
      const original = await this.history.root(record.original);
      const target = await this.history.root(record.target);
      if (original === null || target === null) continue;
      this.note(original);
      plans.push(planDeployment(record.id, original, this.sharing(target, original)));
    }
    return plans.sort((a, b) => (a.version < b.version ? -1 : 1));
  }

  /** Of an instance's own version; the present one when that was never seen. */
  specAt(id: string, version: string): RunSpec | null {
    return this.seen.get(`${id} ${version}`) ?? this.root.specs.get(id) ?? null;
  }

  noteSpec(spec: RunSpec): void {
    this.seen.set(`${spec.id} ${spec.version}`, spec);
  }

  /** Throws a Refusal; nothing has changed then. One after the other. */
  write(change: Change, options: WriteOptions): Promise<DeploymentPlan> {
    const result = this.last.then(() => this.writeAlone(change, options));
    this.last = result.catch(() => undefined);
    return result;
  }

  /** What a change would do. Throws a Refusal. */
  async plan(change: Change, options: WriteOptions): Promise<DeploymentPlan> {
    const version = this.nextVersion();
    const changed = await change(this.root, version);
    const { settings } = this.context;
    const next = nextRoot(this.root, changed, { settings: settings.definitions, version, ...flags(options) });
    this.checkSize(next);
    return planDeployment(this.context.uuid(), this.root, next, options.sentenced);
  }

  private async writeAlone(change: Change, options: WriteOptions): Promise<DeploymentPlan> {
    const plan = await this.plan(change, options);
    const { events } = this.context;
    const about = { groupId: options.groupId, version: plan.version };
    try {
      this.deployments.check(plan, options.force === true);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      events.publish("group_change_failed", { ...about, reason });
      throw error;
    }
    await this.history.keep(plan.original, plan.target, plan.steps.length > 0 ? plan : null);
    this.root = plan.target;
    this.note(plan.target);
    events.publish("group_change_success", about);
    this.deployments.start(plan);
    this.context.changed();
    return plan;
  }

  /** Later than all before, also when two writes come within one millisecond. */
  private nextVersion(): string {
    return iso(Math.max(this.context.clock.now(), Date.parse(this.root.version) + 1));
  }

  private checkSize(root: Root): void {
    const { maxApps } = this.context.settings;
    const apps = [...root.specs.values()].filter(({ kind }) => kind === "app").length;
    if (maxApps === null || apps <= maxApps) return;
    const error = `This Marathon instance may only handle up to ${maxApps} Apps! (Override with command line option --max_apps)`;
    throw notValid([{ path: "/", error }]);
  }

  private note(root: Root): void {
    for (const spec of root.specs.values()) this.noteSpec(spec);
  }

  /** Unchanged specs as the same objects, which is what tells that they are unchanged. */
  private sharing(target: Root, original: Root): Root {
    const specs = [...target.specs].map(([id, spec]): [string, RunSpec] => {
      const before = original.specs.get(id);
      return [id, before?.version === spec.version ? before : spec];
    });
    return { ...target, specs: new Map(specs) };
  }
}

function flags({ force, restart }: WriteOptions) {
  return { ...(force === undefined ? {} : { force }), ...(restart === undefined ? {} : { restart }) };
}
