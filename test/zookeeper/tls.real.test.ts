/** TLS to a real server, with certificates on both sides; and every way in which it can be wrong, in words. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { connect } from "../../src/zookeeper/connect.js";
import { fourLetterWord } from "../../src/zookeeper/four-letter.js";
import type { TlsOptions } from "../../src/zookeeper/types.js";
import { waitFor } from "../harness/wait.js";
import { startEnsemble, type TestEnsemble } from "../harness/zookeeper.js";
import { makeCertificates, type TestCertificates } from "../harness/zookeeper-certificates.js";
import { expectFailure } from "../harness/zookeeper-expectations.js";

const s = suite("TLS");

let folder: string;
let certificates: TestCertificates;
let ensemble: TestEnsemble;

s.before(async () => {
  folder = await mkdtemp(join(tmpdir(), "ferry-certificates-"));
  certificates = await makeCertificates(folder);
  const { serverKeyStore: keyStore, trustStore } = certificates;
  ensemble = await startEnsemble({ size: 1, tls: { keyStore, trustStore } });
});

s.after(async () => {
  await ensemble?.close();
  await rm(folder, { recursive: true, force: true });
});

function secure(tls: TlsOptions, connectTimeoutMs = 15_000) {
  const connectString = ensemble.secureConnectString ?? "";
  return connect({ connectString, tls, connectTimeoutMs, sessionTimeoutMs: 4_000 });
}

async function refused(tls: TlsOptions, expected: RegExp): Promise<void> {
  const error = await expectFailure(secure(tls, 1_500), "UNREACHABLE");
  assert.match(error.message, expected);
}

s("a session over TLS does what a plain one does, and survives a restart", async () => {
  const client = await secure(certificates.client);
  await client.create("/tls", Buffer.alloc(300_000, 1), { withStat: true });
  assert.is((await client.getData("/tls")).data?.length, 300_000);
  assert.ok((await client.whoAmI()).some((who) => who.scheme === "x509" && who.id.includes("CN=client")));
  const { sessionId } = client;
  await ensemble.server(1).kill("SIGKILL");
  await waitFor("the loss is noticed", 30_000, () => client.state !== "connected");
  await ensemble.server(1).start();
  await waitFor("the session is connected again", 30_000, () => client.state === "connected");
  assert.is(client.sessionId, sessionId);
  assert.is((await client.getData("/tls")).data?.length, 300_000);
  await client.close();
});

s("the server's name is verified, against another name when asked, or not at all", async () => {
  await refused({ ...certificates.client, serverName: "other.example" }, /other\.example/);
  for (const serverName of ["localhost", null]) {
    const client = await secure({ ...certificates.client, serverName });
    await client.close();
  }
});

s("a server signed by an unknown authority is refused", () =>
  refused({ ...certificates.client, ca: certificates.strangerCa }, /self-signed|unable to (get|verify)/),
);

s("a client without a certificate is told", () => {
  const { ca } = certificates.client;
  assert.ok(ca);
  return refused({ ca }, /certificate|closed the connection|ECONNRESET|EPROTO/i);
});

s("certificates and keys that are none are refused before anything is tried", async () => {
  const rubbish = Buffer.from("no certificate");
  for (const tls of [{ cert: rubbish }, { key: rubbish }]) {
    const error = await expectFailure(secure({ ...certificates.client, ...tls }), "BAD_ARGUMENTS");
    assert.match(error.message, /certificates or the key cannot be used/);
  }
});

s("plain to the secure port, and TLS to the plain port, end with words", async () => {
  const plain = connect({ connectString: ensemble.secureConnectString ?? "", connectTimeoutMs: 1_500 });
  await expectFailure(plain, "UNREACHABLE");
  const wrong = connect({
    connectString: ensemble.connectString,
    tls: certificates.client,
    connectTimeoutMs: 1_500,
  });
  const error = await expectFailure(wrong, "UNREACHABLE");
  assert.match(error.message, ensemble.connectString);
});

s("four-letter words over TLS", async () => {
  const port = Number(ensemble.secureConnectString?.split(":")[1]);
  const text = await fourLetterWord("127.0.0.1", port, "srvr", { tls: certificates.client });
  assert.match(text, `Zookeeper version: ${ensemble.version}`);
});

s.run();
