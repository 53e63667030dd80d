/** The servers of a migration, with what each is started with on either side. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DiagnosticError } from "../../../src/diagnostics/diagnostic.js";
import { Servers } from "../../../src/migration/actions/servers.js";
import { specOf } from "../platform.js";

const servers = suite("servers of a migration");
const CONNECT = { a: "a:2181", b: "b1:2181,b2:2181" };

servers("one of both sides is one server, with the spec of each", () => {
  const base = specOf(CONNECT, { mode: "repoint" });
  const [onA, onB] = [{ quorum: 2 }, { quorum: 2, zookeeper: { connectString: CONNECT.b } }];
  const all = new Servers({
    ...base,
    source: { ...base.source, masters: { ...base.source.masters, spec: onA } },
    target: { ...base.target, masters: { ...base.source.masters, spec: onB } },
  });
  assert.is(all.masters.length, 3);
  assert.equal(all.named("a2").specs, { a: onA, b: onB });
  assert.is(all.named("n1").role, "agent");
});

servers("a framework is declared once, and moved as a whole", () => {
  const base = specOf(CONNECT, { mode: "replace", marathon: true });
  const spec = {
    masters: "MesosMasters/a",
    zookeeper: { ensemble: "ZooKeeperEnsemble/a", path: "/marathon" },
  };
  const frameworks = base.frameworks.map((one) => ({ ...one, resource: "MarathonInstance/m", spec }));
  assert.equal(new Servers({ ...base, frameworks }).named("m1").specs, {
    a: spec,
    b: {
      zookeeper: { path: "/marathon", connectString: CONNECT.b },
      master: "zk://b1:2181,b2:2181/mesos",
    },
  });
});

servers("a name of nobody is a mistake of the plan", () => {
  const all = new Servers(specOf(CONNECT, { mode: "replace" }));
  for (const look of [() => all.named("x"), () => all.framework("x")]) {
    assert.throws(look, (error: unknown) => error instanceof DiagnosticError);
  }
});

servers.run();
