/**
 * What a survey tells, as measurements for gates: the same judgement as the plan's, made again on what is there now. A survey asks much, so
 * that one is good for a while.
 */
import type { Measurement } from "../model/observation.js";
import type { MigrationSpec } from "../model/spec.js";
import { known, type Measured, of, unknown } from "../observe/measure.js";
import type { Probe } from "../observe/probe.js";
import { SlowLook } from "../observe/slow-look.js";
import { refusals } from "../plan/refusals.js";
import type { Part, Survey } from "../plan/survey.js";

/** Milliseconds after which a survey is given up. */
const DEADLINE_MS = 60_000;
/** Milliseconds that others wait for it. */
const PATIENCE_MS = 1_500;

export function surveyProbe(
  spec: MigrationSpec,
  read: (signal: AbortSignal) => Promise<Survey>,
  everyMs: number,
  now: () => number,
): Probe {
  const measures = [
    of("versions-supported"),
    of("rights-missing"),
    of("unreachable-pairs"),
    of("disk-short"),
    of("supervisors-missing"),
    of("capacity-short"),
    of("frameworks-without-checkpoint"),
  ];
  const slow = new SlowLook(read, { everyMs, deadlineMs: DEADLINE_MS, now });
  return {
    measures,
    deadlineMs: 2 * PATIENCE_MS,
    look: async () => {
      const found = await slow.result(PATIENCE_MS);
      if (found !== null) return judgeSurvey(spec, found.value);
      return measures.map((measured) => unknown(measured, now(), "the first survey is still going on"));
    },
  };
}

/** Pure. */
export function judgeSurvey(spec: MigrationSpec, survey: Survey): Measurement[] {
  const { atMs } = survey;
  const refused = refusals(spec, survey, null);
  const because = (...codes: readonly string[]): string[] =>
    refused.flatMap(({ code, summary }) => (codes.includes(code) ? [summary] : []));
  const count = (
    measured: Measured,
    names: readonly string[],
    parts: readonly Part<unknown>[],
  ): Measurement =>
    reasonOf(parts) === null || names.length > 0
      ? known(measured, atMs, names.length, names)
      : unknown(measured, atMs, reasonOf(parts) ?? "");
  const listed = (measured: Measured, part: Part<readonly string[]>): Measurement =>
    part.kind === "known"
      ? known(measured, atMs, part.value.length, part.value)
      : unknown(measured, atMs, part.reason);
  const { zookeeper, masters, agents, frameworks } = survey;
  const versions = because("migration-version", "migration-drain-unsupported");
  const versionsUnknown = reasonOf([zookeeper.a, masters.a, agents.a]) ?? silentMasters(masters.a);
  // One that ferry deploys in stage 1 is not there yet.
  const ensembles = spec.target.zookeeper.resource === null ? [zookeeper.a, zookeeper.b] : [zookeeper.a];
  return [
    versionsUnknown === null || versions.length > 0
      ? known(of("versions-supported"), atMs, versions.length === 0, versions)
      : unknown(of("versions-supported"), atMs, versionsUnknown),
    count(of("rights-missing"), because("migration-rights"), ensembles),
    listed(of("unreachable-pairs"), survey.unreachable),
    listed(of("disk-short"), survey.diskShort),
    listed(of("supervisors-missing"), survey.unsupervised),
    count(of("capacity-short"), because("migration-no-room"), [agents.a, agents.b]),
    count(of("frameworks-without-checkpoint"), because("migration-checkpoint"), [frameworks]),
  ];
}

/** Those that do not answer do not tell their version either; null when all do. */
function silentMasters(masters: Survey["masters"]["a"]): string | null {
  const silent = masters.kind === "known" ? masters.value.filter(({ version }) => version === null) : [];
  return silent.length === 0 ? null : `no answer from ${silent.map(({ name }) => name).join(", ")}`;
}

/** Of the first part that is not known; null when all are. */
function reasonOf(parts: readonly Part<unknown>[]): string | null {
  for (const part of parts) if (part.kind === "unknown") return part.reason;
  return null;
}
