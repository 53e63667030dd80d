/** A unit's files: exactly what was asked for, private, whole, and never outside its directory. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openRuntime } from "../../../providers/open-runtime.js";
import { endWorld, makeWorld, rejection, signal, unit, unitRoot, type World } from "./fixture.js";

const units = suite<World>("process units");
units.before.each(makeWorld);
units.after.each(endWorld);

const file = (path: string, text: string, mode = 0o640) => ({ path, content: Buffer.from(text), mode });

units("configuration is exactly the given files, with their rights", async ({ root, runtime }) => {
  const conf = join(unitRoot(root), "conf");
  await runtime.ensure(
    unit({ files: [file("zoo.cfg", "a"), file("tls/key.pem", "k", 0o600), file("x", "1")] }),
    signal,
  );
  assert.is(statSync(join(conf, "tls/key.pem")).mode & 0o777, 0o600);
  assert.is(statSync(join(conf, "zoo.cfg")).mode & 0o777, 0o640);
  for (const path of ["", "conf", "conf/tls", "data", "logs", "run"]) {
    assert.is(statSync(join(unitRoot(root), path)).mode & 0o777, 0o700, path);
  }
  writeFileSync(join(conf, "by-hand"), "");
  await runtime.ensure(unit({ files: [file("zoo.cfg", "b", 0o600), file("x/y", "2")] }), signal);
  assert.equal(readdirSync(conf).sort(), ["x", "zoo.cfg"]);
  assert.is(readFileSync(join(conf, "zoo.cfg"), "utf8"), "b");
  assert.is(statSync(join(conf, "zoo.cfg")).mode & 0o777, 0o600);
  assert.is(String(await runtime.readFile("a-1", "config", "x/y", signal)), "2");
  assert.is(await runtime.readFile("a-1", "config", "tls/key.pem", signal), null);
});

units("the record holds hashes, never contents", async ({ root, runtime }) => {
  await runtime.ensure(unit({ files: [file("password", "hunter2-secret")] }), signal);
  const text = readFileSync(join(unitRoot(root), "unit.json"), "utf8");
  assert.not.match(text, "hunter2");
  assert.match(text, /"sha256": "[0-9a-f]{64}"/);
  assert.is(statSync(join(unitRoot(root), "unit.json")).mode & 0o777, 0o600);
});

units("writeFiles replaces some and keeps the others", async ({ runtime }) => {
  await runtime.ensure(unit({ files: [file("a", "1"), file("b", "1")] }), signal);
  await runtime.writeFiles("a-1", [file("b", "2")], signal);
  assert.is(String(await runtime.readFile("a-1", "config", "a", signal)), "1");
  assert.is(String(await runtime.readFile("a-1", "config", "b", signal)), "2");
});

units("lists by labels, and only what is a unit", async ({ root, runtime }) => {
  assert.equal(await runtime.list({}, signal), []);
  await runtime.ensure(unit(), signal);
  await runtime.ensure(unit({ name: "b-1", labels: { "ferry.address": "ZooKeeperEnsemble/b" } }), signal);
  mkdirSync(unitRoot(root, "no-unit"));
  mkdirSync(unitRoot(root, ".hidden"));
  const names = async (labels: Record<string, string>) =>
    (await runtime.list(labels, signal)).map((u) => u.name);
  assert.equal(await names({}), ["a-1", "b-1"]);
  assert.equal(await names({ "ferry.address": "ZooKeeperEnsemble/b" }), ["b-1"]);
  assert.equal(await names({ "ferry.address": "ZooKeeperEnsemble/b", "ferry.server": "1" }), []);
});

units("removing keeps the data when asked to, and a new unit finds it", async ({ root, runtime }) => {
  await runtime.ensure(unit({ files: [file("a", "1")] }), signal);
  const data = join(unitRoot(root), "data/snapshot");
  writeFileSync(data, "precious");
  await runtime.start("a-1", signal);
  await runtime.remove("a-1", { purgeData: false }, signal);
  assert.equal(readdirSync(unitRoot(root)), ["data"]);
  assert.is(await runtime.inspect("a-1", signal), null);
  assert.equal(await runtime.list({}, signal), []);
  await runtime.ensure(unit(), signal);
  assert.is(readFileSync(data, "utf8"), "precious");
  await runtime.remove("a-1", { purgeData: true }, signal);
  assert.is(existsSync(unitRoot(root)), false);
  await runtime.remove("a-1", { purgeData: true }, signal);
});

units("removing follows no link", async ({ root, runtime }) => {
  const outside = join(root, "outside");
  mkdirSync(outside);
  writeFileSync(join(outside, "precious"), "p");
  await runtime.ensure(unit(), signal);
  symlinkSync(outside, join(unitRoot(root), "data/link"));
  await runtime.remove("a-1", { purgeData: true }, signal);
  symlinkSync(outside, unitRoot(root, "b-1"));
  assert.is((await rejection(runtime.remove("b-1", { purgeData: true }, signal))).code, "path-outside-unit");
  assert.is(readFileSync(join(outside, "precious"), "utf8"), "p");
});

units("no name and no path leads out of the unit", async ({ root, runtime }) => {
  for (const name of ["..", "a/b", "", "A", "-a", "a.b", "../../x"]) {
    assert.is((await rejection(runtime.inspect(name, signal))).code, "bad-unit-name", name);
    assert.is(
      (await rejection(runtime.remove(name, { purgeData: true }, signal).then())).code,
      "bad-unit-name",
      name,
    );
  }
  for (const path of ["../x", "/etc/passwd", "a/../../x", "", "a//b", ".", "a\0"]) {
    assert.is(
      (await rejection(runtime.ensure(unit({ files: [file(path, "")] }), signal))).code,
      "path-outside-unit",
      path,
    );
  }
  await runtime.ensure(unit(), signal);
  assert.is(
    (await rejection(runtime.readFile("a-1", "data", "../unit.json", signal))).code,
    "path-outside-unit",
  );
  symlinkSync("/etc", join(unitRoot(root), "data/etc"));
  assert.is(
    (await rejection(runtime.readFile("a-1", "data", "etc/passwd", signal))).code,
    "path-outside-unit",
  );
  symlinkSync(root, join(unitRoot(root), "conf/out"));
  await runtime.ensure(unit({ files: [file("out/x", "1")] }), signal);
  assert.is(existsSync(join(root, "x")), false, "the link was taken away, not followed");
});

units("errors name host, unit, path and what to do", async ({ root, runtime }) => {
  const missing = await rejection(runtime.start("a-1", signal));
  assert.is(missing.code, "unit-missing");
  assert.match(missing.text, "Host/h1, unit a-1");
  assert.match(missing.text, unitRoot(root));
  assert.match(missing.text, "ferry plan");
  await runtime.ensure(unit(), signal);
  const record = join(unitRoot(root), "unit.json");
  const whole = readFileSync(record);
  writeFileSync(record, whole.subarray(0, 20));
  assert.is((await rejection(runtime.list({}, signal))).code, "unit-record-damaged");
  writeFileSync(record, whole);
});

units("an aborted command rejects and leaves the unit as it is", async ({ runtime }) => {
  await runtime.ensure(
    unit({ command: ["sh", "-c", "trap '' TERM; while :; do sleep 1; done"], stopGraceMs: 500 }),
    signal,
  );
  await runtime.start("a-1", signal);
  const abort = new AbortController();
  const stopping = rejection(runtime.stop("a-1", abort.signal));
  abort.abort();
  assert.is((await stopping).code, "interrupted");
  assert.is((await runtime.inspect("a-1", signal))?.running, true);
});

units("is what openRuntime gives for a process host; it finds java", async ({ root }) => {
  const secrets = { resolve: () => Promise.reject(new Error("not needed")), fingerprint: () => "" };
  const context = { projectRoot: root, secrets, signal };
  const spec = { address: "127.0.0.1", runtime: { process: { workDir: "hosts/h1" } } };
  const runtime = await openRuntime("Host/h1", spec, context);
  assert.is(runtime.kind, "process");
  assert.is(runtime.location, "process in hosts/h1");
  const found = (await runtime.probe(signal)) as { java: { version: string }; cores: number };
  assert.match(found.java.version, /^\d+/);
  assert.ok(found.cores >= 1);
  const other = await openRuntime(
    "Host/h1",
    { runtime: { process: { workDir: "w", java: "no-java" } } },
    context,
  );
  assert.match((await rejection(other.probe(signal))).text, "spec.runtime.process.java");
  assert.is((await rejection(openRuntime("Host/h1", { runtime: {} }, context))).code, "bad-host");
});

units.run();
