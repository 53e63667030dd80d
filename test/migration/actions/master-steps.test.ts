/** What must be proved before anything is done to masters: a silent one may live, and a quorum that nobody tells is none. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { quorumsOf, removeZnodes } from "../../../src/migration/actions/master-steps.js";
import type { Scope } from "../../../src/migration/actions/scope.js";
import type { Server } from "../../../src/migration/actions/servers.js";
import type { Settled } from "../../../src/migration/actions/settled.js";
import type { Member } from "../../../src/migration/coordination/election.js";
import { actionOf } from "../platform.js";

const masters = suite("what is proved of masters");
/** The kernel connects to no such address, and sends nothing. */
const SILENT = "224.0.0.1:5050";

function serverAt(address: string): Server {
  return { ref: { name: "a#1", address, deployed: null }, role: "master", spec: null, home: "a" };
}

masters("znodes of a master that neither answers nor refuses stay until its session has ended", async () => {
  const own: Member = { path: "/mesos/c4", number: 4, origin: "own", addresses: [SILENT], fault: null };
  let looks = 0;
  let removals = 0;
  const none = { candidates: [], replicas: [] };
  const coordination = {
    election: async () => ({ a: looks++ < 2 ? { ...none, candidates: [own] } : none, b: none }),
    removeMembers: async () => {
      removals++;
      assert.ok(looks > 2, "its session lives");
      return [];
    },
  };
  const scope = {
    ...{ coordination, lookMs: 1, action: actionOf({ kind: "stop-master", server: "a#1" }) },
    signal: new AbortController().signal,
    deadline: performance.now() + 10_000,
  } as unknown as Scope; // the parts that this uses
  await removeZnodes(scope, serverAt(SILENT), [SILENT]);
  assert.is(removals, 1);
});

masters("a master that does not tell its quorum stops the step", async () => {
  const server = serverAt("127.0.0.1:1");
  const standing = { masters: [{ server }] } as unknown as Settled;
  const withFlags = (flags: object) =>
    ({ mesos: { at: () => ({ flagsAt: async () => flags }) } }) as unknown as Scope;
  assert.is((await quorumsOf(withFlags({ quorum: "2" }), standing)).get(server), 2);
  for (const flags of [{}, { quorum: "" }, { quorum: "two" }]) {
    const error = await quorumsOf(withFlags(flags), standing).then(
      () => null,
      (failure: unknown) => failure,
    );
    assert.match(String(error), /a#1 does not tell the quorum/);
  }
});

masters.run();
