/** MasterInfo in its three old and new forms, byte by byte as recorded, and URLs of ensembles. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readLeaderData } from "../../../../src/sandbox/mesos/coordination/leader-data.js";
import {
  ipNumber,
  ipText,
  masterInfo,
  masterInfoJson,
  sameMaster,
} from "../../../../src/sandbox/mesos/coordination/master-info.js";
import { parseZkUrl } from "../../../../src/sandbox/mesos/coordination/zk-url.js";

const data = suite("data of mesos' leading znode");

/** Of scenario 4a. */
const RECORDED =
  '{"address":{"hostname":"127.0.0.13","ip":"127.0.0.13","port":5050},"capabilities":[{"type":"AGENT_UPDATE"},{"type":"AGENT_DRAINING"},{"type":"QUOTA_V2"}],"hostname":"127.0.0.13","id":"95aebe49-6e3b-4a0c-8e9e-011b42c29594","ip":218103935,"pid":"master@127.0.0.13:5050","port":5050,"version":"1.12.0"}';
const THIRTEEN = masterInfo({
  id: "95aebe49-6e3b-4a0c-8e9e-011b42c29594",
  ip: "127.0.0.13",
  port: 5050,
  hostname: "127.0.0.13",
  version: "1.12.0",
});

const message = (label: string | null, text: string) => {
  const found = readLeaderData(label, Buffer.from(text));
  return found.kind === "unreadable" ? found.message : `read as ${found.info.pid}`;
};

data("the JSON is the recorded one, and is read back as the same master", () => {
  assert.is(masterInfoJson(THIRTEEN), RECORDED);
  const found = readLeaderData("json.info", Buffer.from(RECORDED));
  assert.equal(found, { kind: "master", info: THIRTEEN, warning: null });
  assert.ok(found.kind === "master" && sameMaster(found.info, THIRTEEN));
});

data("an address is a number with its first octet lowest", () => {
  assert.is(ipNumber("127.0.0.11"), 184549503);
  fc.assert(
    fc.property(fc.ipV4(), (ip) => {
      assert.is(ipText(ipNumber(ip)), ip);
    }),
  );
});

data("what cannot be read", () => {
  assert.is(message("json.info", ""), "Failed to parse data into valid JSON: syntax error at line 1 near: ");
  assert.is(
    message("json.info", "hello"),
    "Failed to parse data into valid JSON: syntax error at line 1 near: hello",
  );
  assert.match(message("json.info", "{}"), /^Failed to parse JSON into a valid MasterInfo protocol buffer: /);
  assert.is(message("migration", RECORDED), "Failed to parse data of unknown label 'migration'");
  assert.is(message("info", "\u00ff"), "Failed to parse data into MasterInfo");
});

data("the forms before 0.24 are read, with a warning", () => {
  const protobuf = Buffer.concat([
    Buffer.from([0x0a, 2]),
    Buffer.from("id"),
    Buffer.from([0x10, 0xff, 0x80, 0x80, 0x58]), // 184549503
    Buffer.from([0x18, 0xba, 0x27]), // 5050
    Buffer.from([0x22, 22]),
    Buffer.from("master@127.0.0.11:5050"),
  ]);
  const old = readLeaderData("info", protobuf);
  assert.is(old.kind === "master" ? old.info.pid : null, "master@127.0.0.11:5050");
  assert.is(old.kind === "master" ? old.info.ip : null, 184549503);
  assert.match(old.kind === "master" ? (old.warning ?? "") : "", /Protobuf binary format/);
  const oldest = readLeaderData(null, Buffer.from("master@127.0.0.12:5050"));
  assert.is(oldest.kind === "master" ? oldest.info.address.ip : null, "127.0.0.12");
  assert.is(
    oldest.kind === "master" ? oldest.warning : null,
    "Leading master master@127.0.0.12:5050 has data in old format",
  );
});

data("URLs", () => {
  const servers = "10.0.0.1:2181,10.0.0.2:2181";
  assert.equal(parseZkUrl(`zk://${servers}/mesos`), { servers, path: "/mesos", credential: null });
  assert.equal(parseZkUrl(`zk://ops:p@ss@${servers}/a/b/`), {
    servers,
    path: "/a/b",
    credential: "ops:p@ss",
  });
  for (const wrong of ["http://x/mesos", "zk://h:1", "zk://h:1/", "zk:///mesos"]) {
    assert.type(parseZkUrl(wrong), "string");
  }
});

data.run();
