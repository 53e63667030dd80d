/** Two one-server ensembles, a project folder with a Sync between them, and the sync commands on it. Always stopped. */
import { connect } from "../../src/zookeeper/connect.js";
import type { ZooKeeperClient } from "../../src/zookeeper/types.js";
import { waitFor } from "../harness/wait.js";
import { startEnsemble, type TestEnsemble } from "../harness/zookeeper.js";
import { type Answer, ferry, projectOf, type Running, start } from "./ferry.js";

export const SECRET = "a-very-secret-word";
export const DEADLINE_MS = 60_000;

export interface SyncEnsembles {
  readonly a: TestEnsemble;
  readonly b: TestEnsemble;
  readonly clientA: ZooKeeperClient;
  readonly clientB: ZooKeeperClient;
  /** Writes a file into the project folder. */
  write(path: string, content: string): void;
  /** A document of kind Sync from a to b. */
  document(name: string, more: string): string;
  /** `ferry` with these words. */
  ferry(...args: readonly string[]): Promise<Answer>;
  /** `ferry sync` with these words. */
  run(...args: readonly string[]): Promise<Answer>;
  /** Starts an engine; it is killed in the end if nobody does so before. */
  engine(...args: readonly string[]): Running;
  /** Waits until a znode of b holds this. */
  arrives(path: string, data: string): Promise<true>;
  close(): Promise<void>;
}

export async function startSyncEnsembles(): Promise<SyncEnsembles> {
  const project = projectOf({});
  const cwd = project.directory;
  const env = { ZK_AUTH: `super:${SECRET}` };
  const options = { size: 1, superPassword: SECRET };
  const [a, b] = await Promise.all([startEnsemble(options), startEnsemble(options)]);
  // The records are the engines' own.
  const superuser = { scheme: "digest", credential: Buffer.from(env.ZK_AUTH) };
  const [clientA, clientB] = await Promise.all([
    connect({ connectString: a.connectString }),
    connect({ connectString: b.connectString, auth: [superuser] }),
  ]);
  const engines: Running[] = [];
  const auth = "auth: [{ scheme: digest, credential: env:ZK_AUTH }]";
  const call = (...args: readonly string[]): Promise<Answer> =>
    ferry(args, { cwd, env, deadlineMs: DEADLINE_MS });
  return {
    a,
    b,
    clientA,
    clientB,
    write: project.write,
    document: (name, more) => `apiVersion: ferry/v1
kind: Sync
metadata: { name: ${name} }
spec:
  source: { connectString: "${a.connectString}", ${auth} }
  target: { connectString: "${b.connectString}", ${auth} }
  alerts: { lagMs: 60000 }
${more}`,
    ferry: call,
    run: (...args) => call("sync", ...args),
    engine: (...args) => {
      const running = start(["sync", "run", ...args], { cwd, env, deadlineMs: 3 * DEADLINE_MS });
      engines.push(running);
      return running;
    },
    arrives: (path, data) =>
      waitFor(`${path} arrives`, DEADLINE_MS, async () => {
        const found = await clientB.getData(path);
        return found.data?.toString() === data || false;
      }),
    close: async () => {
      for (const { child } of engines) child.kill("SIGKILL");
      await Promise.all(engines.map(({ ended }) => ended));
      await Promise.all([clientA.close(), clientB.close()]);
      await Promise.all([a.close(), b.close()]);
      project.remove();
    },
  };
}

export function said(running: Running, text: string): Promise<true> {
  return waitFor(`the engine says ${text}`, DEADLINE_MS, () => running.stderr().includes(text) || false);
}
