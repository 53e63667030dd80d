/**
 * The world of one migration put together: the sessions with both ZooKeepers, the steps, what looks, what surveys. It decides nothing; who
 * opens it closes it.
 */
import { randomBytes } from "node:crypto";
import type { Clock } from "../../http/connection.js";
import { MarathonClient } from "../../marathon/client.js";
import { MesosClient } from "../../mesos/client.js";
import { connectSide } from "../../sync/side/connect-side.js";
import { archiveSteps } from "../actions/archive-steps.js";
import { ByHand } from "../actions/by-hand.js";
import { DeployedControl, DeployedEnsembles, type Kinds } from "../actions/deployed-control.js";
import { drainSteps } from "../actions/drain-steps.js";
import { type MesosAccess, MesosAt } from "../actions/mesos-at.js";
import { MigrationRunner } from "../actions/runner.js";
import type { MarathonAccess } from "../actions/scope.js";
import { ControlByServer } from "../actions/server-control.js";
import { Coordination } from "../coordination/coordination.js";
import { sideSpec } from "../coordination/sync-spec.js";
import type { ActionRunner, Observer } from "../model/ports.js";
import type { MigrationRecord } from "../model/record.js";
import type { FrameworkRef, MigrationSpec, SideName } from "../model/spec.js";
import { ObserverMemory } from "../observe/memory.js";
import { createObserver } from "../observe/observer.js";
import type { Survey } from "../plan/survey.js";
import { readSurvey } from "../survey/read-survey.js";
import { Following } from "./following.js";
import { probesOf } from "./probes.js";

export interface WorldOptions {
  readonly spec: MigrationSpec;
  /** Of the record; what an archive is bound to. */
  readonly migrationId: string;
  readonly kinds: Kinds;
  /** The content of `env:NAME` or `file:PATH`; rejects with DiagnosticError. */
  readonly secret: (reference: string) => Promise<Buffer>;
  /** Of the master or agent at `host:port`. */
  readonly mesos: (address: string) => MesosAccess;
  readonly marathon: (framework: FrameworkRef) => Omit<MarathonAccess, "retryMs">;
  /** Absolute; made when it is needed. */
  readonly archiveFolder: string;
  readonly clock: Clock;
  /** One line for people and logs. */
  readonly log: (text: string) => void;
}

export interface MigrationWorld {
  readonly runner: ActionRunner;
  readonly observer: Observer;
  /** Tells the observer what was done so far; a runner that sustains a record tells it too. */
  know(record: MigrationRecord): void;
  /** Rejects only with the reason of the signal. */
  survey(signal: AbortSignal): Promise<Survey>;
  /** Of the runner and the observer too. */
  close(): Promise<void>;
}

/** Connects to nothing yet. Rejects with DiagnosticError when a secret cannot be read. */
export async function openWorld(options: WorldOptions): Promise<MigrationWorld> {
  const { spec, kinds, secret, clock, log, archiveFolder, migrationId } = options;
  const now = () => clock.now();
  const coordination = await Coordination.open({ spec, secret, now, log });
  const mesos = new MesosAt(options.mesos);
  const marathons = new Marathons((framework) => ({ ...options.marathon(framework), retryMs: 0 }));
  const byHand = new ByHand({ migration: spec, mesos, marathon: (url) => marathons.at(spec, url) });
  const side = async (name: SideName) => {
    const { zookeeper } = name === "a" ? spec.source : spec.target;
    return sideSpec(name === "a" ? "source" : "target", zookeeper, await authOf(zookeeper.auth, secret));
  };
  const marathonOf = (framework: FrameworkRef) => marathons.of(framework);
  const archive = { folder: archiveFolder, migrationId, sideSpec: side, secret, random: randomBytes };
  const runner = new MigrationRunner({
    spec,
    coordination,
    control: new ControlByServer(new DeployedControl(spec, kinds), byHand),
    ensembles: new DeployedEnsembles(kinds),
    mesos: options.mesos,
    marathon: options.marathon,
    now,
    others: { ...drainSteps({ marathonOf, clock }), ...archiveSteps(archive) },
  });
  const memory = new ObserverMemory();
  const following = new Following(runner, memory, now);
  const connect = async (name: SideName, signal: AbortSignal) => connectSide(await side(name), signal);
  const survey = (signal: AbortSignal) =>
    readSurvey({ spec, connect, mesosAt: (address) => mesos.at(address), marathonOf, clock }, signal);
  const addresses = [...spec.source.masters.servers, ...spec.target.masters.servers].map(
    (one) => one.address,
  );
  const [first = ""] = addresses;
  const leader = new MesosClient({ ...options.mesos(first), masters: { addresses }, retryMs: 2_000 });
  const probes = probesOf({
    spec,
    coordination,
    mesos,
    leader,
    survey,
    memory,
    judging: () => following.judging,
    sides: () => following.sides,
    now,
  });
  const close = async () => {
    await runner.close();
    await Promise.all([mesos.close(), leader.close(), marathons.close()]);
  };
  return {
    runner: following,
    observer: createObserver({ probes, now, close: async () => {} }),
    know: (record) => following.know(record),
    survey,
    close,
  };
}

async function authOf(
  auth: MigrationSpec["source"]["zookeeper"]["auth"],
  secret: WorldOptions["secret"],
): Promise<{ scheme: string; credential: Buffer }[]> {
  return Promise.all(
    auth.map(async ({ scheme, credential }) => ({
      scheme,
      credential: Buffer.from((await secret(credential)).toString("utf8").replace(/\r?\n$/, ""), "utf8"),
    })),
  );
}

/** One client for each Marathon of the migration. */
class Marathons {
  private readonly clients = new Map<string, MarathonClient>();

  constructor(private readonly access: (framework: FrameworkRef) => MarathonAccess) {}

  of(framework: FrameworkRef): MarathonClient {
    const { name, urls } = framework;
    const known = this.clients.get(name);
    if (known !== undefined) return known;
    const made = new MarathonClient({ ...this.access(framework), urls });
    this.clients.set(name, made);
    return made;
  }

  /** One instance alone, asked as its framework is; the caller closes it. */
  at({ frameworks }: MigrationSpec, url: string): MarathonClient {
    const found = frameworks.find(
      ({ urls, servers }) =>
        urls.includes(url) || servers.some(({ address }) => url.endsWith(`//${address}`)),
    );
    return new MarathonClient({
      ...(found === undefined ? { retryMs: 0 } : this.access(found)),
      urls: [url],
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.clients.values()].map((client) => client.close()));
  }
}
