/** The ways to the observer feed besides a leader's plain quorum port: TLS, SASL, an observer master, a reconfiguration. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { observerFeed } from "../../src/sync/engine/open-feed.js";
import type { QuorumAccess, SideSpec } from "../../src/sync/spec.js";
import { connect } from "../../src/zookeeper/connect.js";
import { freePorts } from "../harness/ports.js";
import { waitFor } from "../harness/wait.js";
import { startEnsemble, type TestEnsemble } from "../harness/zookeeper.js";
import { makeCertificates } from "../harness/zookeeper-certificates.js";
import { FeedModel } from "./feed-model.js";
import { sideOf } from "./sync-world.js";

const access = suite("ways to the observer feed");

/** Follows `ensemble` and sees a write made meanwhile, or the failure. */
async function follow(
  ensemble: TestEnsemble,
  quorum: Partial<QuorumAccess>,
  play: (model: FeedModel, server: () => string | null) => Promise<void> = async () => {},
): Promise<FeedModel> {
  const base = sideOf("source", ensemble);
  const side: SideSpec = { ...base, quorum: { ...base.quorum, ...quorum } };
  const client = await connect({ connectString: ensemble.connectString });
  const feed = observerFeed(side, async () => client, Math.random);
  const model = new FeedModel();
  try {
    feed.start(null, model);
    await waitFor(
      "the feed is current, or has failed",
      30_000,
      () => model.current !== null || model.failure !== null,
    );
    if (model.failure !== null) return model;
    await client.create("/seen-", Buffer.from("x"), { mode: "persistent-sequential" });
    await waitFor("the write arrives", 30_000, () =>
      [...model.nodes.keys()].some((path) => path.startsWith("/seen-")),
    );
    await play(model, () => feed.server);
    return model;
  } finally {
    await feed.stop();
    await client.close();
  }
}

access("quorum TLS: with a certificate of the members' authority", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ferry-quorum-tls-"));
  const certificates = await makeCertificates(folder);
  const store = {
    "ssl.quorum.keyStore.location": certificates.serverKeyStore,
    "ssl.quorum.trustStore.location": certificates.trustStore,
  };
  const ensemble = await startEnsemble({
    size: 1,
    settings: {
      sslQuorum: true,
      serverCnxnFactory: "org.apache.zookeeper.server.NettyServerCnxnFactory",
      "ssl.quorum.hostnameVerification": false,
      ...store,
    },
  });
  try {
    const model = await follow(ensemble, { tls: certificates.client });
    assert.is(model.failure, null);
  } finally {
    await ensemble.close();
    await rm(folder, { recursive: true, force: true });
  }
});

access("quorum SASL: with the right password, and refused in words with a wrong one", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ferry-quorum-sasl-"));
  const jaas = join(folder, "jaas.conf");
  const login = "org.apache.zookeeper.server.auth.DigestLoginModule required";
  await writeFile(
    jaas,
    `QuorumServer { ${login} user_ferry="secret"; };\nQuorumLearner { ${login} username="ferry" password="secret"; };\n`,
  );
  const ensemble = await startEnsemble({
    size: 1,
    jvmOptions: [`-Djava.security.auth.login.config=${jaas}`],
    settings: {
      "quorum.auth.enableSasl": true,
      "quorum.auth.learnerRequireSasl": true,
      "quorum.auth.serverRequireSasl": true,
    },
  });
  const sasl = { mechanism: "DIGEST-MD5", username: "ferry" } as const;
  try {
    assert.is((await follow(ensemble, { sasl: { ...sasl, password: "secret" } })).failure, null);
    const refused = await follow(ensemble, { sasl: { ...sasl, password: "guess-7Q" } });
    assert.is(refused.failure?.kind, "refused");
    assert.match(refused.failure?.remedy ?? "", /credentials/);
    assert.not.match(JSON.stringify(refused.failure), /guess-7Q/);
  } finally {
    await ensemble.close();
    await rm(folder, { recursive: true, force: true });
  }
});

access("an observer master: a follower passes the transactions on", async () => {
  const [port = 0] = await freePorts(1);
  // Two servers: only the one that follows opens the port.
  const ensemble = await startEnsemble({ size: 2, settings: { observerMasterPort: port } });
  try {
    await follow(ensemble, { servers: [`127.0.0.1:${port}`] }, async (model, server) => {
      assert.is(server(), `127.0.0.1:${port}`);
      assert.is(model.failure, null);
    });
  } finally {
    await ensemble.close();
  }
});

access("a reconfiguration arrives as a change of /zookeeper/config, and the feed goes on", async () => {
  const ensemble = await startEnsemble({ size: 3, superPassword: "secret" });
  const auth = [{ scheme: "digest", credential: Buffer.from("super:secret") }];
  const administrator = await connect({ connectString: ensemble.connectString, auth });
  try {
    await follow(ensemble, {}, async (model) => {
      const modes = await Promise.all(ensemble.servers.map((server) => server.mode()));
      const follower = ensemble.servers[modes.indexOf("follower")];
      await administrator.reconfig({ leaving: String(follower?.id) });
      await waitFor("the reconfiguration arrives", 30_000, () => {
        const text = model.nodes.get("/zookeeper/config")?.data?.toString() ?? "";
        return text !== "" && !text.includes(`server.${follower?.id}=`);
      });
      await administrator.create("/after", null);
      await waitFor("what comes after it arrives", 30_000, () => model.nodes.has("/after"));
      assert.is(model.failure, null);
    });
  } finally {
    await administrator.close();
    await ensemble.close();
  }
});

access.run();
