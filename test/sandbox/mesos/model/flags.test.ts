/** Flags as Mesos reads them: forms, environment, and its words for mistakes. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseDuration } from "../../../../src/sandbox/mesos/model/duration.js";
import { Flags, type FlagTable, readFlags } from "../../../../src/sandbox/mesos/model/flags.js";
import { double, nanoseconds, sortedWire, wireText } from "../../../../src/sandbox/mesos/model/wire.js";

const flags = suite("Mesos flags and JSON");

const TABLE: FlagTable = {
  hostname_lookup: { kind: "bool", preset: "true" },
  ping: { kind: "duration", preset: "15secs" },
  port: { kind: "integer", preset: "5050" },
  zk: { kind: "text", preset: null },
};

function values(
  argv: readonly string[],
  environment: Record<string, string> = {},
): Record<string, string> | string {
  const outcome = readFlags(TABLE, argv, environment);
  return outcome.kind === "values" ? Object.fromEntries(outcome.values) : outcome.message;
}

flags("forms, presets and environment", () => {
  assert.equal(values([]), { hostname_lookup: "true", ping: "15secs", port: "5050" });
  assert.equal(
    values(["--no-hostname_lookup", "--port=1"], { MESOS_PORT: "2", MESOS_ZK: "zk://a/b", MESOS_OTHER: "x" }),
    {
      hostname_lookup: "false",
      ping: "15secs",
      port: "1",
      zk: "zk://a/b",
    },
  );
});

flags("mistakes", () => {
  assert.is(values(["--nope"]), "Failed to load unknown flag 'nope'");
  assert.is(values(["--port=1", "--port=2"]), "Flag 'port' is already on the command line");
  assert.is(values(["--zk"]), "Failed to load non-boolean flag 'zk': Missing value");
  assert.is(
    values(["--ping=15"]),
    "Failed to load flag 'ping': Failed to load value '15': Invalid duration '15'",
  );
});

flags("durations", () => {
  const outcome = readFlags(TABLE, ["--ping=1.5mins"], {});
  assert.is(outcome.kind === "values" ? new Flags(outcome.values).duration("ping") : 0, 90_000);
  assert.is(parseDuration("2weeks"), 1_209_600_000);
  assert.is(parseDuration("500ms"), 500);
});

flags("numbers as Mesos prints them", () => {
  assert.is(
    wireText({ a: double(4), b: 4, c: double(0.3), d: undefined, e: [] }),
    '{"a":4.0,"b":4,"c":0.3,"e":[]}',
  );
  assert.is(wireText({ t: nanoseconds(1795410127.088592) }), '{"t":1795410127088592128}');
  assert.is(wireText(sortedWire({ b: 1, a: { d: null, c: "x" } })), '{"a":{"c":"x","d":null},"b":1}');
});

flags.run();
