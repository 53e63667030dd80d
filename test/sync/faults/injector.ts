/**
 * Carries out the faults of a plan at their times. Faults of one component wait for each other, those of different ones
 * overlap. Every fault ends: when `play` resolves, all servers run and all links are whole.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Side } from "../../../src/sync/spec.js";
import { waitFor } from "../../harness/wait.js";
import type { TestServer } from "../../harness/zookeeper.js";
import type { EngineCrew } from "./engine-crew.js";
import { type Fault, shownFault } from "./plan.js";
import type { Station } from "./station.js";

const SERVING_MS = 90_000;
const TELL_MS = 8_000;

export interface InjectorContext {
  readonly stations: Readonly<Record<Side, Station>>;
  readonly crew: EngineCrew;
  /** Writes something to side a that must go over to side b. */
  readonly nudge: () => Promise<unknown>;
}

export class Injector {
  /** What was done, with the seconds at which it really began and ended. */
  readonly notes: string[] = [];
  private readonly busy = new Map<string, Promise<void>>();

  constructor(private readonly context: InjectorContext) {}

  /** Rejects when a server does not come back, or an engine does not say what it must. */
  async play(faults: readonly Fault[]): Promise<void> {
    const began = performance.now();
    await Promise.all(
      faults.map(async (fault) => {
        await sleep(fault.atMs);
        await this.inTurn(componentOf(fault), () => this.noted(fault, began));
      }),
    );
  }

  private inTurn(component: string, work: () => Promise<void>): Promise<void> {
    const turn = (this.busy.get(component) ?? Promise.resolve()).then(work);
    this.busy.set(
      component,
      turn.catch(() => {}),
    );
    return turn;
  }

  private async noted(fault: Fault, began: number): Promise<void> {
    const now = () => ((performance.now() - began) / 1000).toFixed(2);
    const from = now();
    const remark = await this.carryOut(fault);
    this.notes.push(`${shownFault(fault)}: ${from} to ${now()}${remark === "" ? "" : `, ${remark}`}`);
  }

  private async carryOut(fault: Fault): Promise<string> {
    const station = this.context.stations[fault.side];
    switch (fault.kind) {
      case "engine-kill":
        await this.context.crew.killActive();
        return "";
      case "engine-pause":
        await this.context.crew.pauseActive();
        return "";
      case "link-cut":
      case "link-slow":
      case "link-silent":
        return disturb(station, fault);
      case "server-kill":
        return restart(await serverOf(station, fault), fault.forMs);
      case "server-pause":
        return freeze(await serverOf(station, fault), fault.forMs);
      case "disk-full":
        return this.fillDisk(station);
    }
  }

  private async fillDisk({ disk, ensemble }: Station): Promise<string> {
    if (typeof disk === "string") return `left out: ${disk}`;
    const { crew, nudge } = this.context;
    const said = crew.log.length;
    const [server] = ensemble.servers;
    if (server === undefined) return "left out: no server";
    disk.fill();
    let told = "it was told of";
    try {
      await nudge();
      await waitFor("an engine tells that the target takes nothing", TELL_MS, () =>
        /alert (lag|target)|tries again/.test(crew.log.slice(said)),
      );
    } catch {
      // One that has only just become active says nothing before it has read its records.
      told = `nobody told of it in ${TELL_MS / 1000} s`;
    } finally {
      disk.free();
    }
    const isUp =
      server.pid !== null &&
      (await server.untilServing(2_000).then(
        () => true,
        () => false,
      ));
    if (isUp) return `${told}, the server went on`;
    await restart(server, 0);
    return `${told}, the server was started again`;
  }
}

function componentOf({ kind, side }: Fault): string {
  if (kind.startsWith("engine")) return "engine";
  return kind.startsWith("link") ? `links of ${side}` : `servers of ${side}`;
}

async function disturb({ links }: Station, { kind, forMs, delayMs }: Fault): Promise<string> {
  for (const link of links) {
    if (kind === "link-cut") link.cut();
    else if (kind === "link-slow") link.delay(delayMs);
    else link.silence();
  }
  await sleep(forMs);
  for (const link of links) {
    if (kind === "link-silent") link.cut(); // what was lost in between would be a stream with a hole
    link.restore();
  }
  return "";
}

async function serverOf(station: Station, { onLeader }: Fault): Promise<TestServer> {
  const { servers } = station.ensemble;
  const leader = await station.leader();
  const other = servers.find((server) => server !== leader);
  return onLeader || other === undefined ? leader : other;
}

async function restart(server: TestServer, afterMs: number): Promise<string> {
  await server.kill("SIGKILL");
  await sleep(afterMs);
  await server.start(SERVING_MS);
  return `server ${server.id}`;
}

async function freeze(server: TestServer, forMs: number): Promise<string> {
  await server.kill("SIGSTOP");
  await sleep(forMs);
  await server.kill("SIGCONT");
  await server.untilServing(SERVING_MS);
  return `server ${server.id}`;
}
