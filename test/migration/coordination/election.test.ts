/** Who leads, as both ZooKeepers show it. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  agreedLeader,
  type Member,
  membersOf,
  unequalMembers,
} from "../../../src/migration/coordination/election.js";

const election = suite("elections seen from both sides");

function candidate(number: number, ip: string, origin: Member["origin"]): Member {
  const path = `/mesos/json.info_${String(number).padStart(10, "0")}`;
  return { path, number, origin, addresses: [`${ip}:5050`], fault: null };
}

const view = (...candidates: Member[]) => ({ candidates, replicas: [] });

election("a leader is agreed on when both sides show it first, with its session on one of them", () => {
  const a = view(candidate(1, "10.0.0.1", "own"), candidate(7, "10.0.0.2", "shadow"));
  const b = view(candidate(1, "10.0.0.1", "shadow"), candidate(7, "10.0.0.2", "own"));
  assert.is(agreedLeader({ a, b })?.side, "a");
  assert.is(agreedLeader({ a: b, b: a })?.side, "b");
});

election("nobody is agreed on while one side lags, shows another one, or only shadows are left", () => {
  const own = candidate(1, "10.0.0.1", "own");
  const shadow = candidate(1, "10.0.0.1", "shadow");
  const other = candidate(2, "10.0.0.2", "own");
  assert.is(agreedLeader({ a: view(own), b: view() }), null);
  assert.is(agreedLeader({ a: view(own), b: view(other) }), null);
  assert.is(agreedLeader({ a: view(shadow), b: view(shadow) }), null);
  // The same name on both sides, made by two masters: what an unfenced counter leads to.
  assert.is(agreedLeader({ a: view(own), b: view(candidate(1, "10.0.0.9", "shadow")) }), null);
});

election("what only one side shows is named", () => {
  const a = view(candidate(1, "10.0.0.1", "own"));
  assert.equal(unequalMembers(a.candidates, []), [
    "/mesos/json.info_0000000001 (10.0.0.1:5050) is only on A",
  ]);
  assert.equal(membersOf(a, ["10.0.0.2:5050"]), []);
  assert.is(membersOf(a, ["master.example:5050", "10.0.0.1:5050"]).length, 1);
});

election.run();
