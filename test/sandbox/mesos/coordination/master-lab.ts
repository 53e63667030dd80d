/** Real ZooKeeper servers, each an ensemble of its own, and the masters that a test starts on them; all ended afterwards. */
import { connect } from "../../../../src/zookeeper/connect.js";
import type { ZooKeeperClient } from "../../../../src/zookeeper/types.js";
import { waitFor } from "../../../harness/wait.js";
import { startEnsemble, type TestEnsemble } from "../../../harness/zookeeper.js";
import { DEADLINE_MS, InProcessMaster, type MasterPlan } from "./in-process-master.js";

export class MasterLab {
  private ensembles: TestEnsemble[] = [];
  private clients: ZooKeeperClient[] = [];
  private started: InProcessMaster[] = [];

  async open(ensembles: number): Promise<void> {
    const opened = await Promise.all(Array.from({ length: ensembles }, () => startEnsemble({ size: 1 })));
    this.ensembles = opened;
    this.clients = await Promise.all(
      opened.map(({ connectString }) => connect({ connectString, connectTimeoutMs: DEADLINE_MS })),
    );
  }

  /** Of ensemble A. */
  get client(): ZooKeeperClient {
    return this.clientOf(0);
  }

  clientOf(index: number): ZooKeeperClient {
    const client = this.clients[index];
    if (client === undefined) throw new Error("the lab has no such ensemble");
    return client;
  }

  ensemble(index: number): TestEnsemble {
    const ensemble = this.ensembles[index];
    if (ensemble === undefined) throw new Error("the lab has no such ensemble");
    return ensemble;
  }

  async start(
    plan: Partial<MasterPlan> & { readonly path: string; readonly ensemble?: number },
  ): Promise<InProcessMaster> {
    const zookeeperPort = this.ensemble(plan.ensemble ?? 0).server(1).clientPort;
    const master = await InProcessMaster.start({ zookeeperPort, ...plan });
    this.started.push(master);
    return master;
  }

  /** Numbered in the order of the answer, all voting; the first one leads. */
  async masters(count: 1 | 3, path: string): Promise<InProcessMaster[]> {
    const masters: InProcessMaster[] = [];
    while (masters.length < count) {
      const master = await this.start({ path, quorum: (count + 1) / 2 });
      await waitFor("the candidacy", DEADLINE_MS, () => master.candidate !== null);
      masters.push(master);
    }
    for (const master of masters) await master.untilVoting(count);
    await masters[0]?.untilServing();
    return masters;
  }

  async cleanUp(): Promise<void> {
    await Promise.all(this.started.map((master) => master.cleanUp()));
    this.started = [];
  }

  async close(): Promise<void> {
    await this.cleanUp();
    await Promise.all(this.clients.map((client) => client.close()));
    await Promise.all(this.ensembles.map((ensemble) => ensemble.close()));
  }
}
