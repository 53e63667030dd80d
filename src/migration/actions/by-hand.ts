/**
 * Servers that are only named: what has to be done is said, a person does it, and ferry waits until it sees that. It touches
 * nothing, and judges by what can be seen from outside: whether something listens, and with which flags it was started.
 */
import type { MarathonClient } from "../../marathon/client.js";
import { isMarathonError } from "../../marathon/marathon-error.js";
import { MesosError } from "../../mesos/mesos-error.js";
import { lateStep } from "../coordination/refusal.js";
import type { MigrationSpec, SideName } from "../model/spec.js";
import { isListening } from "./addresses.js";
import type { MesosAt } from "./mesos-at.js";
import type { ControlContext, ServerChange, ServerControl, ServerStatus } from "./server-control.js";
import type { Server } from "./servers.js";

export interface ByHandOptions {
  readonly migration: MigrationSpec;
  readonly mesos: MesosAt;
  /** For one of its base URLs; the caller closes it. */
  readonly marathon: (url: string) => MarathonClient;
}

const LOOK_MS = 500;

export class ByHand implements ServerControl {
  constructor(private readonly options: ByHandOptions) {}

  async start(server: Server, change: ServerChange, context: ControlContext): Promise<void> {
    const { name, address } = server.ref;
    context.report(`please start ${name} so that it answers at ${address}${this.settings(server, change)}`);
    await waitFor(`somebody to start ${name}`, context, async () => {
      const { running, matches } = await this.status(server, change, context);
      return running && matches !== false;
    });
  }

  async stop({ ref }: Server, context: ControlContext): Promise<void> {
    const { name, address } = ref;
    if (!(await isListening(address))) return;
    context.report(
      `please stop ${name} at ${address}, so that its supervisor does not start it again; keep its data`,
    );
    await waitFor(`somebody to stop ${name}`, context, async () => !(await isListening(address)));
  }

  async remove(
    server: Server,
    { purgeData }: { readonly purgeData: boolean },
    context: ControlContext,
  ): Promise<void> {
    await this.stop(server, context);
    const { name } = server.ref;
    if (purgeData)
      context.report(`please empty the work directory of ${name}: it must not come back with its old log`);
  }

  async status(server: Server, change: ServerChange, { signal }: ControlContext): Promise<ServerStatus> {
    if (!(await isListening(server.ref.address))) return { running: false, there: null, matches: null };
    return { running: true, there: true, matches: await this.matches(server, change, signal) };
  }

  private settings({ role }: Server, { quorum, zookeeper }: ServerChange): string {
    if (zookeeper === undefined) return "";
    const { migration } = this.options;
    const masters = `zk://${this.servers(zookeeper)}${migration.mesosPath}`;
    if (role === "master")
      return `, with --zk=${masters}${quorum === undefined ? "" : ` and --quorum=${quorum}`}`;
    return role === "agent"
      ? `, with --master=${masters}`
      : `, with its masters at ${masters} and its own state on the same ZooKeeper`;
  }

  /** Null when it does not tell. */
  private async matches(server: Server, change: ServerChange, signal: AbortSignal): Promise<boolean | null> {
    const { address } = server.ref;
    try {
      if (server.role === "framework") return await this.stateMatches(address, change, signal);
      const flags = await this.options.mesos.at(address).flagsAt(address, signal);
      const url = server.role === "master" ? flags["zk"] : flags["master"];
      return both(this.urlMatches(url, change), quorumMatches(flags["quorum"], change));
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof MesosError || isMarathonError(error)) return null;
      throw error;
    }
  }

  private async stateMatches(
    address: string,
    change: ServerChange,
    signal: AbortSignal,
  ): Promise<boolean | null> {
    const named = this.options.migration.frameworks.flatMap(({ urls }) => urls);
    const url = named.find((each) => each.replace(/\/+$/, "").endsWith(`//${address}`));
    const client = this.options.marathon(url ?? `http://${address}`);
    try {
      const { master, zookeeper } = await client.info(signal);
      return both(
        this.urlMatches(master ?? undefined, change),
        this.urlMatches(zookeeper ?? undefined, change),
      );
    } finally {
      await client.close();
    }
  }

  /** A file that holds the URL says nothing about it. */
  private urlMatches(url: string | undefined, { zookeeper }: ServerChange): boolean | null {
    if (zookeeper === undefined) return true;
    const told = /^zk:\/\/(?:[^/@]*@)?([^/]+)/.exec(url ?? "")?.[1];
    if (told === undefined) return null;
    const servers = new Set(this.servers(zookeeper).split(","));
    return told.split(",").every((each) => servers.has(each));
  }

  private servers(name: SideName): string {
    const { source, target } = this.options.migration;
    return (name === "a" ? source : target).zookeeper.connectString;
  }
}

function quorumMatches(told: string | undefined, { quorum }: ServerChange): boolean | null {
  if (quorum === undefined) return true;
  return told === undefined ? null : told === String(quorum);
}

/** False when one is, null when one is not known. */
function both(one: boolean | null, other: boolean | null): boolean | null {
  if (one === false || other === false) return false;
  return one === null || other === null ? null : true;
}

async function waitFor(what: string, context: ControlContext, look: () => Promise<boolean>): Promise<void> {
  const { signal, deadline } = context;
  while (!(await look())) {
    signal.throwIfAborted();
    if (performance.now() >= deadline) {
      throw lateStep(`waited in vain for ${what}`, {
        detail: "Nothing was touched by ferry.",
        remedy: "Do it, then resume the migration: it goes on from what it sees.",
      });
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
