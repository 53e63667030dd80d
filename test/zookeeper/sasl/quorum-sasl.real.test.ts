/** The quorum port of a real ensemble that demands SASL of its learners: joined as an observer, refused, left silent. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { LearnerConnection, type LearnerEnd } from "../../../src/zookeeper/learner/learner-connection.js";
import { QuorumAuth } from "../../../src/zookeeper/learner/quorum-auth.js";
import { startEnsemble, type TestEnsemble } from "../../harness/zookeeper.js";

const s = suite("SASL on a real quorum port");

const MODULE = "org.apache.zookeeper.server.auth.DigestLoginModule required";
const JAAS = `QuorumServer { ${MODULE} user_test="quite secret"; };
QuorumLearner { ${MODULE} username="test" password="quite secret"; };
`;
const REQUIRED = {
  "quorum.auth.enableSasl": true,
  "quorum.auth.learnerRequireSasl": true,
  "quorum.auth.serverRequireSasl": true,
};

let folder: string;
let ensemble: TestEnsemble;

s.before(async () => {
  folder = await mkdtemp(join(tmpdir(), "ferry-jaas-"));
  const jaas = join(folder, "jaas.conf");
  await writeFile(jaas, JAAS);
  const jvmOptions = [`-Djava.security.auth.login.config=${jaas}`];
  ensemble = await startEnsemble({ size: 1, version: "3.8", settings: REQUIRED, jvmOptions });
});
s.after(async () => {
  await ensemble?.close();
  await rm(folder, { recursive: true, force: true });
});

/** How an attempt to join ended; `up to date` when it succeeded. */
function attempt(authenticate: QuorumAuth | null, answerMs = 30_000): Promise<LearnerEnd | "up to date"> {
  return new Promise((resolve) => {
    const address = { host: "127.0.0.1", port: ensemble.server(1).plan.quorumPort };
    const options = { address, tls: null, authenticate, observerId: 0x40000001n, lastZxid: 0n, answerMs };
    const ignore = () => {};
    const connection: LearnerConnection = new LearnerConnection(options, {
      onSync: ignore,
      onSnapshotSession: ignore,
      onSnapshotNode: ignore,
      onSnapshotEnd: ignore,
      onTransaction: ignore,
      onPing: ignore,
      onUpToDate: () => {
        connection.close();
        resolve("up to date");
      },
      onClosed: resolve,
    });
  });
}

function as(username: string, password: string): QuorumAuth {
  return new QuorumAuth({ mechanism: "DIGEST-MD5", username, password });
}

s("with the right password it goes on as an observer, again and again", async () => {
  for (let round = 0; round < 3; round++) {
    assert.is(await attempt(as("test", "quite secret")), "up to date");
  }
});

s("a wrong password, and a user nobody knows, are refused in words", async () => {
  for (const username of ["test", "mallory"]) {
    const end = await attempt(as(username, "something else"));
    if (end === "up to date") throw new Error("it was expected to be refused");
    assert.is(end.kind, "refused");
    assert.match(end.reason, new RegExp(`user "${username}" .*wrong.*QuorumServer`));
    assert.not.match(end.reason, /something else/);
  }
});

s("without a login no leader answers", async () => {
  const end = await attempt(null);
  if (end === "up to date") throw new Error("it was expected to be refused");
  assert.is(end.wasLeader, false);
});

s.run();
