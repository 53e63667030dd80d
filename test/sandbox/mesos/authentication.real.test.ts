/** HTTP basic authentication and ACLs of masters and agents, against every recording of scenario 8. */
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Acls } from "../../../src/sandbox/mesos/master/authorization.js";
import { waitFor } from "../../harness/wait.js";
import { Lab, replay } from "./lab.js";
import { fixturePath, recordingNames } from "./recording.js";

const FOLDER = "scenario-8-http-authn-authz";
const DEADLINE_MS = 30_000;
const CREDENTIALS = new Map([
  ["ops", "opspw"],
  ["viewer", "viewpw"],
  ["fw", "fwpw"],
  ["agent", "agentpw"],
]);

/** That cluster had ZooKeeper, files of credentials and longer names of ACLs in its flags. */
const OTHER_FLAGS = /^body\.flags\./;

const authentication = suite("authentication of the Mesos simulation");

authentication("who is refused, filtered and let in, as recorded", async () => {
  const lab = await Lab.make();
  try {
    const acls = Acls.read(readFileSync(fixturePath(`${FOLDER}/acls.json`), "utf8"));
    if (typeof acls === "string") throw new Error(acls);
    const realms = ["readonly", "readwrite", "frameworks"].map((realm) => `--authenticate_http_${realm}`);
    await lab.master(16, [...realms, "--authenticate_agents"], { credentials: CREDENTIALS, acls });
    const flags = [
      `--master=${lab.ip(16)}:5050`,
      "--authenticate_http_readonly",
      "--registration_backoff_factor=50ms",
    ];
    const agent = await lab.agent(23, "r3", flags, { credential: { principal: "agent", secret: "agentpw" } });
    await waitFor("the agent registers", DEADLINE_MS, () => agent.process.agent?.registered);
    const by = new Map([
      ["4d75bbe4-58ee-4842-9b9b-2a2bcd682287-S0", agent.process.agent?.id ?? ""],
      ["127.0.0.16", lab.ip(16)],
    ]);
    // The weight of a role, once set, shows in the metrics: those were recorded before.
    const metrics = `${FOLDER}/metrics-ops.http`;
    for (const name of [metrics, ...recordingNames(FOLDER).filter((each) => each !== metrics)]) {
      const ofAgent = name.includes("/agent-");
      const found = await replay(name, lab.ip(ofAgent ? 23 : 16), by, ofAgent ? 5051 : 5050);
      assert.equal(
        found.filter((line) => !OTHER_FLAGS.test(line)),
        [],
        name,
      );
    }
  } finally {
    await lab.close();
  }
});

authentication("an agent with a wrong secret exits with status 1", async () => {
  const lab = await Lab.make();
  try {
    await lab.master(16, ["--authenticate_agents"], { credentials: CREDENTIALS });
    const exits: [number, string][] = [];
    const flags = [`--master=${lab.ip(16)}:5050`, "--registration_backoff_factor=50ms"];
    await lab.agent(23, "r3", flags, {
      credential: { principal: "agent", secret: "wrong" },
      exited: (...exit) => void exits.push(exit),
    });
    await waitFor("it exits", DEADLINE_MS, () => exits.length > 0);
    assert.equal(exits[0], [
      1,
      `EXIT with status 1: Master master@${lab.ip(16)}:5050 refused authentication`,
    ]);
  } finally {
    await lab.close();
  }
});

authentication.run();
