/** The small pure parts: connect strings, paths, digests, versions, heartbeat, order of servers. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { addressText, parseConnectString } from "../../src/zookeeper/connect-string.js";
import { digestId, digestIdOfCredential } from "../../src/zookeeper/digest.js";
import { Heartbeat } from "../../src/zookeeper/heartbeat.js";
import { ancestorPaths, parentPath, pathFault, withChroot, withoutChroot } from "../../src/zookeeper/path.js";
import { ServerList } from "../../src/zookeeper/server-list.js";
import { isOlder, versionOfSrvr } from "../../src/zookeeper/server-version.js";

const s = suite("zookeeper parts");

s("connect strings are taken apart", () => {
  assert.equal(parseConnectString("a:1,b,[::1]:3/x/y"), {
    servers: [
      { host: "a", port: 1 },
      { host: "b", port: 2181 },
      { host: "::1", port: 3 },
    ],
    chroot: "/x/y",
  });
  assert.equal(parseConnectString("a:1/"), { servers: [{ host: "a", port: 1 }], chroot: "" });
  assert.is(addressText({ host: "::1", port: 3 }), "[::1]:3");
});

s("wrong connect strings are explained", () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ["", /"" is no host:port/],
    ["a:0", /no port between/],
    ["a:70000", /no port between/],
    ["a:b", /is no host:port/],
    ["a,,b", /"" is no host:port/],
    ["a/x//y", /chroot "\/x\/\/y" is no path/],
    ["a/x/", /does not end with/],
    ["a b:2181", /is no host:port/],
  ];
  for (const [text, expected] of wrong) {
    const parsed = parseConnectString(text);
    assert.type(parsed, "string");
    assert.match(parsed as string, expected);
  }
});

s("paths: rules, parents, ancestors", () => {
  for (const good of ["/", "/a", "/a/b.c", "/ä", "/a..b"]) assert.is(pathFault(good), null, good);
  for (const bad of ["", "a", "/a/", "//", "/a//b", "/./a", "/a/..", "/\u0000", "/\u007f", "/\ufff1"]) {
    assert.type(pathFault(bad), "string", JSON.stringify(bad));
  }
  assert.is(parentPath("/"), null);
  assert.is(parentPath("/a"), "/");
  assert.is(parentPath("/a/b"), "/a");
  assert.equal(ancestorPaths("/a/b/c"), ["/a", "/a/b"]);
  assert.equal(ancestorPaths("/a"), []);
});

s("the chroot goes on and comes off again", () => {
  const name = fc.stringMatching(/^[a-z]{1,5}$/);
  const path = fc.array(name, { maxLength: 4 }).map((names) => `/${names.join("/")}`);
  fc.assert(
    fc.property(path, path, (root, own) => {
      const chroot = root === "/" ? "" : root;
      assert.is(withoutChroot(chroot, withChroot(chroot, own)), own);
      assert.is(pathFault(withChroot(chroot, own)), null);
    }),
  );
  assert.is(withoutChroot("/a", "/ab"), "/ab");
});

s("digest ids are ZooKeeper's own", () => {
  // From ZooKeeper's documentation of superDigest and its test suite.
  assert.is(digestId("super", "test"), "super:D/InIHSb7yEEbrWz8b9l71RjZJU=");
  assert.is(digestIdOfCredential("super:test"), "super:D/InIHSb7yEEbrWz8b9l71RjZJU=");
  assert.is(digestIdOfCredential("a:b:c"), digestId("a", "b:c"));
  assert.is(digestIdOfCredential("nocolon"), undefined);
});

s("versions are read and compared by number", () => {
  assert.is(versionOfSrvr("Zookeeper version: 3.10.2-abc, built on x\nMode: leader"), "3.10.2");
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as Debian's package prints it
  assert.is(versionOfSrvr("Zookeeper version: 3.8.0-${mvngit.commit.id}, built"), "3.8.0");
  assert.is(versionOfSrvr("This ZooKeeper instance is not currently serving requests"), null);
  assert.ok(isOlder("3.4.14", "3.5.0"));
  assert.not(isOlder("3.10.0", "3.9.9"));
  assert.not(isOlder("3.6.0", "3.6.0"));
});

s("a silent server is given up within 2/3 of the session timeout, a pinging one never", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1_000, max: 60_000 }),
      fc.integer({ min: 0, max: 50 }),
      (timeout, answers) => {
        const heart = new Heartbeat(timeout, 0);
        let now = 0;
        let lastAnswer = 0;
        let pings = 0;
        for (;;) {
          now += heart.checkEveryMs;
          const verdict = heart.check(now);
          if (verdict === "dead") break;
          if (verdict !== "ping") continue;
          heart.sent(now);
          if (++pings > answers) continue;
          heart.received(now);
          lastAnswer = now;
        }
        assert.ok(pings > answers, "it was given up although it answered");
        assert.ok(now - lastAnswer <= (timeout * 2) / 3, `noticed after ${now - lastAnswer} of ${timeout}`);
      },
    ),
  );
});

s("a session is kept alive: something is sent at least every third of the timeout", () => {
  const heart = new Heartbeat(3_000, 0);
  let lastSent = 0;
  for (let now = 0; now < 30_000; now += heart.checkEveryMs) {
    heart.received(now); // events keep coming, nothing is asked
    if (heart.check(now) === "ping") {
      heart.sent(now);
      lastSent = now;
    }
    assert.ok(now - lastSent <= 1_000);
  }
});

s("every server is tried once a round, the failed one last", () => {
  const servers = [1, 2, 3, 4].map((port) => ({ host: "h", port }));
  const list = new ServerList(servers, Math.random);
  const order = list.round();
  assert.equal(order.map((one) => one.port).sort(), [1, 2, 3, 4]);
  const [first] = order;
  if (first === undefined) throw new Error("four servers");
  list.failed(first, "refused");
  assert.is(list.round().at(-1), first);
  assert.match(list.summary(), new RegExp(`h:${first.port}: refused`));
  assert.match(list.summary(), /not tried yet/);
});

s.run();
