/** Where an engine is, and what is said when nobody answers there. Needs no engine. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { PullProgress } from "../../../providers/docker/images.js";
import { sshCommand } from "../../../providers/docker/ssh.js";
import { code, open, rejection, signal } from "./engine.js";

const endpoint = suite("docker without an engine");

endpoint("says for each kind of endpoint that nobody answers", async () => {
  for (const where of ["unix:///nowhere.sock", "tcp://127.0.0.1:1"]) {
    const { code: given, text } = await rejection((await open(where)).probe(signal));
    assert.is(given, "docker-unreachable", where);
    assert.match(text, where);
    assert.match(text, "Start the engine");
  }
  assert.is(await code(open("npipe:////./pipe/docker")), "bad-endpoint");
});

endpoint("an ssh that leads nowhere, or is not installed, is named as that", async () => {
  const path = process.env["PATH"];
  try {
    process.env["PATH"] = "/nowhere";
    const { code: given, text } = await rejection((await open("ssh://nobody@127.0.0.1:1")).probe(signal));
    assert.is(given, "docker-unreachable");
    assert.match(text, "ssh: cannot be started");
  } finally {
    process.env["PATH"] = path;
  }
});

endpoint("the environment's DOCKER_HOST is not heeded", async () => {
  const before = process.env["DOCKER_HOST"];
  process.env["DOCKER_HOST"] = "tcp://127.0.0.1:1";
  try {
    assert.match((await rejection((await open("unix:///nowhere.sock")).probe(signal))).text, "/nowhere.sock");
  } finally {
    if (before === undefined) delete process.env["DOCKER_HOST"];
    else process.env["DOCKER_HOST"] = before;
  }
});

endpoint("ssh takes a host name never for an option", () => {
  const words = sshCommand(new URL("ssh://ops@10.0.0.1:2222"));
  assert.equal(words.slice(-5), ["--", "10.0.0.1", "docker", "system", "dial-stdio"]);
  assert.match(words.join(" "), "-l ops -p 2222");
});

endpoint("a pull tells its progress, a line for each tenth at most", () => {
  const lines: string[] = [];
  const progress = new PullProgress("zookeeper:3.8.4", (line) => lines.push(line));
  const event = (id: string, current: number, total: number) => ({
    id,
    status: "Downloading",
    progressDetail: { current, total },
  });
  for (const odd of [null, "x", { status: "Pulling fs layer", id: "a" }, event("a", 0, 0)])
    progress.take(odd);
  for (let at = 0; at <= 100; at += 1) progress.take(event("a", at * 1e6, 100e6));
  progress.take(event("b", 0, 900e6));
  assert.is(lines.length, 11);
  assert.is(lines[0], "pulling zookeeper:3.8.4: 0.0 of 100.0 MB");
  assert.is(lines[10], "pulling zookeeper:3.8.4: 100.0 of 100.0 MB");
});

endpoint.run();
