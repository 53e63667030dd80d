/** No recording is forgotten: each is sent again by a test, or listed with the reason why none does. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { installRoot } from "../../../src/install/root.js";
import { EXCEPTIONS, NOT_REPLAYED } from "./conformance-exceptions.js";
import { fixturePath } from "./recording.js";

/** Played whole by conformance.real.test.ts, which fails for each that it misses. */
const SESSION = ["agent", "errors", "master-follower", "master-leader", "ops"];
/** Folders that a test plays whole, and the text by which it does. */
const WHOLE: readonly (readonly [folder: string, test: string, text: string])[] = [
  ["scenario-8-http-authn-authz", "authentication.real.test.ts", "recordingNames(FOLDER)"],
  ["scenario-10-zookeeper-outage", "scenarios.real.test.ts", "recordingNames(S10)"],
  ...[
    "a-data-of-the-leader-itself",
    "c-data-of-a-master-that-is-not-there",
    "g-garbage-but-not-lowest",
    "j-log-replica-of-a-master-that-is-not-there",
    "k-child-without-number",
  ].map(
    (folder) =>
      [
        `scenario-4-hand-made-lower-znode/${folder}`,
        "scenarios.real.test.ts",
        `sameRedirects(\`\${S4}/${folder}\`)`,
      ] as const,
  ),
];

function source(test: string): string {
  return readFileSync(join(installRoot(), "test", "sandbox", "mesos", test), "utf8");
}

function recordings(): string[] {
  return readdirSync(fixturePath(""), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".http"))
    .sort();
}

const recorded = suite("recordings of a real Mesos");

recorded("each is replayed or listed", () => {
  const tests = ["agent-life.real.test.ts", "scenarios.real.test.ts"].map(source).join("\n");
  const redirects = "scenario-6a-master-on-B-naive-mirror-split-brain/GET_redirect-master";
  const forgotten = recordings().filter((name) => {
    if (SESSION.includes(name.split("/")[0] ?? "") || name in NOT_REPLAYED) return false;
    const whole = WHOLE.find(([folder]) => name.startsWith(`${folder}/`));
    if (whole !== undefined) return !source(whole[1]).includes(whole[2]);
    if (name.startsWith(redirects)) return !tests.includes("sameRedirects(S6A)");
    return !tests.includes(basename(name));
  });
  assert.equal(forgotten, []);
});

recorded("what is listed is there", () => {
  const names = new Set(recordings());
  const listed = [...Object.keys(EXCEPTIONS), ...Object.keys(NOT_REPLAYED)];
  assert.equal(
    listed.filter((name) => !names.has(name)),
    [],
  );
});

recorded.run();
