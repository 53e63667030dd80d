/** The servers of a migration, with what each is started with on either side. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DiagnosticError } from "../../../src/diagnostics/diagnostic.js";
import { Servers } from "../../../src/migration/actions/servers.js";
import { specOf } from "../platform.js";

const servers = suite("servers of a migration");
const CONNECT = { a: "a:2181", b: "b1:2181,b2:2181" };

servers("one that is repointed is named on both sides, and at home on A", () => {
  const base = specOf(CONNECT, { mode: "repoint" });
  const spec = { quorum: 2 };
  const masters = { ...base.source.masters, spec };
  const all = new Servers({
    ...base,
    source: { ...base.source, masters },
    target: { ...base.target, masters },
  });
  assert.is(all.masters.length, 3);
  assert.equal([all.named("a2").spec, all.named("a2").home], [spec, "a"]);
  assert.is(all.named("n1").role, "agent");
  assert.is(new Servers(specOf(CONNECT, { mode: "replace" })).named("b1").home, "b");
});

servers("a name of nobody is a mistake of the plan", () => {
  const all = new Servers(specOf(CONNECT, { mode: "replace" }));
  for (const look of [() => all.named("x"), () => all.framework("x")]) {
    assert.throws(look, (error: unknown) => error instanceof DiagnosticError);
  }
});

servers.run();
