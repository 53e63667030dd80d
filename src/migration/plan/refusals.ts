/**
 * What makes a migration unsafe, each with the smallest change that would make it safe. Pure. Nothing passes because it is not known: what
 * must be known and is not refuses as well.
 */
import { type Diagnostic, errorDiagnostic } from "../../diagnostics/diagnostic.js";
import type { MigrationSpec, SideName } from "../model/spec.js";
import { listed, sideText } from "../quorum/words.js";
import { countedPaths, syncedPaths } from "./actions.js";
import type { PathAnswer } from "./masters.js";
import { agentRefusals } from "./refuse-agents.js";
import { frameworkRefusals } from "./refuse-frameworks.js";
import type { CounterFacts, MasterFacts, Part, Survey, ZooKeeperFacts } from "./survey.js";
import { atLeast } from "./versions.js";

const UNTOUCHED = "Nothing was touched.";
/** The last number a sequence counter can give. */
const LAST_NUMBER = 2_147_483_647;

export type Refuse = (code: string, summary: string, detail: string, remedy: string) => Diagnostic;

/** Everything that refuses the migration. `path`: null when it could not be asked for. */
export function refusals(
  spec: MigrationSpec,
  survey: Survey,
  path: PathAnswer | null,
): readonly Diagnostic[] {
  const refuse: Refuse = (code, summary, detail, remedy) =>
    errorDiagnostic(code, `${spec.name}: ${summary}`, {
      address: `Migration/${spec.name}`,
      detail: detail === "" ? UNTOUCHED : `${detail} ${UNTOUCHED}`,
      remedy,
    });
  return [
    ...unknowns(spec, survey, refuse),
    ...zookeeperRefusals(spec, survey, refuse),
    ...masterRefusals(spec, survey, refuse),
    ...(path?.kind === "none"
      ? [refuse("migration-no-path", `no safe path for the masters`, path.text, path.change)]
      : []),
    ...agentRefusals(spec, survey, refuse),
    ...frameworkRefusals(spec, survey, refuse),
    ...surroundings(spec, survey, refuse),
  ];
}

/** Without these nobody can say what would happen. */
function unknowns(spec: MigrationSpec, survey: Survey, refuse: Refuse): Diagnostic[] {
  const needed: readonly (readonly [string, Part<unknown>])[] = [
    ["the ZooKeeper of A", survey.zookeeper.a],
    ["the masters of A", survey.masters.a],
    ["the agents of A", survey.agents.a],
    ["the frameworks", survey.frameworks],
    ...(spec.frameworks.some(({ kind }) => kind === "marathon")
      ? [["the apps of Marathon", survey.apps] as const]
      : []),
  ];
  return needed.flatMap(([what, part]) =>
    part.kind === "known"
      ? []
      : [
          refuse(
            "migration-unknown",
            `${what} could not be looked at`,
            `${part.reason}.`,
            "Make it reachable from here, with the rights that it needs, then plan again.",
          ),
        ],
  );
}

function zookeeperRefusals(spec: MigrationSpec, survey: Survey, refuse: Refuse): Diagnostic[] {
  const a = survey.zookeeper.a;
  const b = survey.zookeeper.b;
  return [
    ...(a.kind === "known" ? ensembleRefusals("a", spec, a.value, refuse) : []),
    ...(b.kind === "known" ? ensembleRefusals("b", spec, b.value, refuse) : []),
    ...(a.kind === "known" ? electionRefusals(spec, a.value, refuse) : []),
    ...(b.kind === "known" ? occupiedRefusals(b.value, refuse) : []),
    ...pathRefusals(spec, refuse),
  ];
}

function ensembleRefusals(
  side: SideName,
  spec: MigrationSpec,
  facts: ZooKeeperFacts,
  refuse: Refuse,
): Diagnostic[] {
  const name = sideText(side);
  const { resource, servers } = side === "a" ? spec.source.zookeeper : spec.target.zookeeper;
  // One that ferry deploys in stage 1 is not there yet.
  if (side === "b" && resource !== null && facts.servers.length === 0) return [];
  const old = facts.servers.filter(({ version }) => !atLeast(version, "3.4"));
  const answering = new Set(facts.servers.map((server) => server.name));
  const silent = servers.filter((server) => !answering.has(server.name)).map((server) => server.name);
  return [
    ...(facts.quorum
      ? []
      : [
          refuse(
            "migration-unhealthy",
            `the ZooKeeper of ${name} has no quorum`,
            `${facts.servers.length} of ${servers.length} servers answer.`,
            `Bring ${silent.length === 0 ? "its servers" : listed(silent)} back first.`,
          ),
        ]),
    ...old.map((server) =>
      refuse(
        "migration-version",
        `${server.name} of side ${name} is ZooKeeper ${server.version}`,
        "Versions from 3.4 on are supported.",
        "Bring it to 3.4 or newer first.",
      ),
    ),
    ...(facts.rightsMissing.length === 0
      ? []
      : [
          refuse(
            "migration-rights",
            `ferry lacks rights on the ZooKeeper of ${name}: ${facts.rightsMissing.join(", ")}`,
            "Znodes that cannot be read or written would be missing on the other side.",
            `Give it the superuser, or an identity of these ACLs, under ${side === "a" ? "source" : "target"}.zookeeper.auth.`,
          ),
        ]),
  ];
}

/** A framework that finds its own candidate twice ends itself, or two of its instances lead. */
function electionRefusals(spec: MigrationSpec, facts: ZooKeeperFacts, refuse: Refuse): Diagnostic[] {
  const left = new Set(syncedPaths(spec).flatMap(({ exclude }) => exclude));
  const copied = facts.elections.filter(
    (path) => !isWithin(path, spec.mesosPath) && ![...left].some((out) => isWithin(path, out)),
  );
  return copied.map((path) =>
    refuse(
      "migration-election",
      `instances elect in ${path}, which would be copied`,
      "Instances that see their own candidate twice end themselves or lead twice.",
      `Name ${path} under electionPaths of its framework.`,
    ),
  );
}

function occupiedRefusals(facts: ZooKeeperFacts, refuse: Refuse): Diagnostic[] {
  return facts.occupied.map((path) =>
    refuse(
      "migration-target-in-use",
      `${path} of B holds something already`,
      "It may be another platform's, or what an earlier migration left.",
      `Remove ${path} on B when nobody needs it, or choose another target.`,
    ),
  );
}

function pathRefusals(spec: MigrationSpec, refuse: Refuse): Diagnostic[] {
  const paths = syncedPaths(spec);
  return paths.flatMap(({ path }, index) => {
    const outer = paths
      .slice(0, index)
      .find((other) => isWithin(path, other.path) || isWithin(other.path, path));
    if (outer === undefined) return [];
    return [
      refuse(
        "migration-paths",
        `${path} and ${outer.path} lie within each other`,
        "Each znode can be carried over once.",
        "Leave the inner one out.",
      ),
    ];
  });
}

export function isWithin(path: string, outer: string): boolean {
  return path === outer || outer === "/" || path.startsWith(`${outer}/`);
}

function masterRefusals(spec: MigrationSpec, survey: Survey, refuse: Refuse): Diagnostic[] {
  const { a, b } = survey.masters;
  return [
    ...(a.kind === "known" ? healthOfMasters(spec, a.value, refuse) : []),
    ...(b.kind === "known" && spec.modes.masters === "replace" ? early(b.value, refuse) : []),
  ];
}

function healthOfMasters(spec: MigrationSpec, masters: readonly MasterFacts[], refuse: Refuse): Diagnostic[] {
  const wanted = spec.source.masters.servers.map(({ name }) => name);
  const found = new Map(masters.map((master) => [master.name, master]));
  const down = wanted.filter((name) => found.get(name)?.up !== true);
  const behind = masters.filter(({ up, recovered }) => up && !recovered).map(({ name }) => name);
  const leaders = masters.filter(({ leading }) => leading);
  const strangers = masters.filter(({ name }) => !wanted.includes(name)).map(({ name }) => name);
  const quorums = [...new Set(masters.flatMap(({ quorum }) => quorum ?? []))];
  const declared = spec.source.masters.quorum;
  const unhealthy = (what: string, remedy: string): Diagnostic =>
    refuse("migration-unhealthy", what, "A migration begins on a platform that is whole.", remedy);
  return [
    ...(down.length > 0
      ? [unhealthy(`${listed(down)} of A ${are(down)} down`, `Bring ${listed(down)} back first.`)]
      : []),
    ...(behind.length > 0
      ? [
          unhealthy(
            `the log of ${listed(behind)} does not vote`,
            "Wait until registrar/log/recovered is 1 there.",
          ),
        ]
      : []),
    ...(leaders.length === 1
      ? []
      : [
          unhealthy(
            leaders.length === 0 ? "no master of A leads" : `${leaders.length} masters of A lead`,
            leaders.length === 0 ? "Wait until one leads." : "Stop all but the one whose registry is right.",
          ),
        ]),
    ...(strangers.length > 0
      ? [
          refuse(
            "migration-masters-unnamed",
            `${listed(strangers)} ${are(strangers)} among the masters of A, and not named`,
            "It would stay a member of the log when all others have gone.",
            "Name all masters of A under source.masters.",
          ),
        ]
      : []),
    ...(quorums.every((quorum) => quorum === declared)
      ? []
      : [
          refuse(
            "migration-quorum",
            `the masters of A run with quorum ${quorums.join(" and ")}, and ${declared} is declared`,
            "The path of the masters depends on it.",
            `Declare the quorum that they run with, or restart them one by one with --quorum=${declared}.`,
          ),
        ]),
    ...masters
      .filter(({ version }) => version !== null && !atLeast(version, "1.0"))
      .map(({ name, version }) =>
        refuse(
          "migration-version",
          `${name} is Mesos ${version}`,
          "Versions from 1.0 on are supported.",
          "Bring it to 1.0 or newer first.",
        ),
      ),
  ];
}

function are(names: readonly string[]): string {
  return names.length === 1 ? "is" : "are";
}

/** Masters that run on B before stage 2 have a registry of their own. */
function early(masters: readonly MasterFacts[], refuse: Refuse): Diagnostic[] {
  const running = masters.filter(({ up }) => up).map(({ name }) => name);
  if (running.length === 0) return [];
  return [
    refuse(
      "migration-target-in-use",
      `${listed(running)} of B ${are(running)} running already`,
      "Masters that run without A's log make a Mesos of their own, and would split the brain as soon as they see A's.",
      "Stop them and remove their work directories; stage 2 starts them one after another.",
    ),
  ];
}

function surroundings(spec: MigrationSpec, survey: Survey, refuse: Refuse): Diagnostic[] {
  const { clockSkewMs, counters, unreachable, diskShort, unsupervised } = survey;
  const list = (part: Part<readonly string[]>): readonly string[] =>
    part.kind === "known" ? part.value : [];
  return [
    ...(clockSkewMs.kind === "known" && clockSkewMs.value > spec.limits.clockSkewMs
      ? [
          refuse(
            "migration-clock-skew",
            `the clocks of the two sides differ by ${clockSkewMs.value} ms`,
            `At most ${spec.limits.clockSkewMs} ms are allowed: the later of two changes is told by them.`,
            "Set the clocks right, or raise limits.clockSkewMs.",
          ),
        ]
      : []),
    ...(counters.kind === "known" ? counterRefusals(spec, counters.value, refuse) : []),
    ...list(unreachable).map((pair) =>
      refuse("migration-unreachable", `${pair}: cannot be reached`, "", "Open the way between them first."),
    ),
    ...list(diskShort).map((what) => refuse("migration-disk", what, "", "Make room there first.")),
    ...list(unsupervised).map((name) =>
      refuse(
        "migration-unsupervised",
        `nobody starts ${name} again when it ends`,
        "Masters and Marathons end themselves by design when leadership moves.",
        "Run it under a supervisor that restarts it always.",
      ),
    ),
  ];
}

/** The numbers of both sides must not run out, nor meet. */
function counterRefusals(
  spec: MigrationSpec,
  counters: readonly CounterFacts[],
  refuse: Refuse,
): Diagnostic[] {
  const counted = new Set(countedPaths(spec));
  return counters
    .filter(({ path, a, b }) => counted.has(path) && Math.max(a, b) + 4 * spec.sequenceGap > LAST_NUMBER)
    .map(({ path, a, b }) =>
      refuse(
        "migration-counters",
        `the sequence numbers of ${path} would run out: ${Math.max(a, b)} were given`,
        "Candidates could no longer be put in order.",
        "Choose a smaller sequenceGap.",
      ),
    );
}
