/** Marathon's way with flags and environment. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Flags, readFlags } from "../../../src/sandbox/marathon/flags.js";

const flags = suite("flags of the sandbox's Marathon");
const MASTER = ["--master", "zk://h:2181/mesos"];

function accepted(argv: readonly string[], environment: Record<string, string> = {}): Flags {
  const outcome = readFlags(argv, environment);
  if (outcome.kind === "refused") throw new Error(outcome.message);
  return outcome.flags;
}

flags("defaults, switches and the environment", () => {
  const plain = accepted(MASTER);
  assert.is(plain.number("http_port"), 8080);
  assert.is(plain.on("ha"), true);
  assert.is(plain.value("webui_url"), null);
  assert.is(accepted([...MASTER, "--disable_ha"]).on("ha"), false);
  const environment = { MARATHON_MASTER: "h:5050", MARATHON_DISABLE_CHECKPOINT: "", MARATHON_APP_ID: "/x" };
  assert.is(accepted([], environment).needed("master"), "h:5050");
  assert.is(accepted([], environment).on("checkpoint"), false);
  assert.is(accepted([...MASTER, "--http_port=0"]).number("http_port"), 0);
});

flags("what cannot be used is refused with its name", () => {
  const cases: [string[], Record<string, string>, RegExp][] = [
    [[], {}, /Required option 'master' not found/],
    [[...MASTER, "--bogus"], {}, /Unknown option 'bogus'/],
    [MASTER, { MARATHON_MASTER: "h:5050" }, /Option 'master' is given twice/],
    [[...MASTER, "--http_port", "x"], {}, /Bad arguments for option 'http_port'/],
    [[...MASTER, "--http_port"], {}, /Option 'http_port' needs a value/],
    [[...MASTER, "--http_credentials", "me"], {}, /expected user:password/],
    [[...MASTER, "--plugin_dir", "/x"], {}, /simulation of Marathon has not/],
    [[...MASTER, "--save_tasks_to_launch_timeout", "1"], {}, /Unknown option/],
  ];
  for (const [argv, environment, words] of cases) {
    const outcome = readFlags(argv, environment);
    assert.is(outcome.kind, "refused", argv.join(" "));
    if (outcome.kind === "refused") assert.match(outcome.message, words);
  }
});

flags.run();
