/** SASL logins of our client at real servers: what they open, what a wrong password ends in, and after a restart. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { connect } from "../../../src/zookeeper/connect.js";
import { type ConnectOptions, PERMS, type ZooKeeperClient } from "../../../src/zookeeper/types.js";
import { waitFor } from "../../harness/wait.js";
import { startEnsemble, type TestEnsemble } from "../../harness/zookeeper.js";
import { expectFailure } from "../../harness/zookeeper-expectations.js";

const PROVIDER = "-Dzookeeper.authProvider.1=org.apache.zookeeper.server.auth.SASLAuthenticationProvider";
const BOB = 'pa ss"w\\örd€';
const JAAS = `Server {
  org.apache.zookeeper.server.auth.DigestLoginModule required
  user_bob="pa ss\\"w\\\\örd€"
  user_alice="latin é";
};
`;
const ONLY_BOB = [{ perms: PERMS.all, scheme: "sasl", id: "bob" }];

interface Version {
  readonly version: string;
  /** Sessions without SASL are turned away. */
  readonly required: boolean;
}

function suiteFor({ version, required }: Version): void {
  const s = suite(`SASL at ${version}${required ? ", required" : ""}`);
  let folder: string;
  let jaas: string;
  let ensemble: TestEnsemble;
  const clients: ZooKeeperClient[] = [];

  s.before(async () => {
    folder = await mkdtemp(join(tmpdir(), "ferry-jaas-"));
    jaas = join(folder, "jaas.conf");
    await writeFile(jaas, JAAS);
    const jvmOptions = [`-Djava.security.auth.login.config=${jaas}`, "-Dfile.encoding=UTF-8", PROVIDER];
    if (required) jvmOptions.push("-Dzookeeper.sessionRequireClientSASLAuth=true");
    ensemble = await startEnsemble({ size: 1, version, jvmOptions });
  });
  s.after(async () => {
    await ensemble?.close();
    await rm(folder, { recursive: true, force: true });
  });
  s.after.each(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
  });

  async function open(more: Partial<ConnectOptions>): Promise<ZooKeeperClient> {
    const { connectString } = ensemble;
    const client = await connect({
      connectString,
      sessionTimeoutMs: 4_000,
      connectTimeoutMs: 30_000,
      ...more,
    });
    clients.push(client);
    return client;
  }
  const as = (username: string, password: string) =>
    open({ sasl: { mechanism: "DIGEST-MD5", username, password } });

  s("a znode for bob alone is read with his password and by nobody else", async () => {
    const bob = await as("bob", BOB);
    await bob.create("/bob", Buffer.from("his"), { acl: ONLY_BOB });
    assert.equal((await bob.getData("/bob")).data, Buffer.from("his"));
    const alice = await as("alice", "latin é");
    await expectFailure(alice.getData("/bob"), "NO_AUTH");
    await alice.create("/alice", null);
    if (required) return;
    const nobody = await open({});
    await expectFailure(nobody.getData("/bob"), "NO_AUTH");
  });

  s("digest credentials work beside it", async () => {
    const auth = [{ scheme: "digest", credential: Buffer.from("carol:pw") }];
    const sasl = { mechanism: "DIGEST-MD5", username: "bob", password: BOB } as const;
    const client = await open({ auth, sasl });
    await client.create("/carol", null, { acl: [{ perms: PERMS.all, scheme: "auth", id: "" }] });
    const { acl } = await client.getAcl("/carol");
    assert.equal(acl.map(({ scheme }) => scheme).sort(), ["digest", "sasl"]);
  });

  s("a wrong password, and a user nobody knows, end with words", async () => {
    for (const username of ["bob", "mallory"]) {
      const error = await expectFailure(as(username, "not his"), "AUTH_FAILED");
      assert.match(error.message, new RegExp(`SASL login of user "${username}" .*JAAS`));
      assert.match(error.message, ensemble.connectString);
      assert.not.match(error.message, /not his/);
    }
  });

  s("the session and its rights survive a restart of the server", async () => {
    const bob = await as("bob", BOB);
    const { sessionId } = bob;
    await ensemble.server(1).kill("SIGKILL");
    await waitFor("the loss is noticed", 30_000, () => bob.state !== "connected");
    const asked = bob.getData("/bob"); // waits for the next connection, and goes out after the login on it
    await ensemble.server(1).start();
    assert.equal((await asked).data, Buffer.from("his"));
    assert.is(bob.sessionId, sessionId);
  });

  s("a password that no longer counts ends a session that stood, in words", async () => {
    if (required) return; // the same code; a restart less
    const bob = await as("bob", BOB);
    await ensemble.server(1).kill("SIGKILL");
    await writeFile(jaas, JAAS.replace("pa ss", "new"));
    await ensemble.server(1).start();
    await waitFor("the session ends", 60_000, () => bob.state === "auth-failed");
    const error = await expectFailure(bob.getData("/bob"), "AUTH_FAILED");
    assert.match(error.message, /SASL login of user "bob"/);
  });

  if (required) {
    s("without a login the server's wish is told", async () => {
      const nobody = await open({});
      const error = await expectFailure(nobody.getData("/bob"), "SESSION_CLOSED_REQUIRE_SASL_AUTH");
      assert.match(error.message, /Log in by SASL/);
    });
  }
  s.run();
}

suiteFor({ version: "3.8", required: false });
suiteFor({ version: "3.8", required: true });
suiteFor({ version: "3.4.14", required: false });

const plain = suite("servers without SASL");
plain("a login at one says so", async () => {
  const ensemble = await startEnsemble({ size: 1 });
  try {
    const sasl = { mechanism: "DIGEST-MD5", username: "bob", password: "x" } as const;
    const options = { connectString: ensemble.connectString, sasl, connectTimeoutMs: 3_000 };
    const error = await expectFailure(connect(options), "UNREACHABLE");
    assert.match(error.message, /the server has no SASL/);
  } finally {
    await ensemble.close();
  }
});
plain.run();
