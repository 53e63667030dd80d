/** What a survey that could not see all says to the gates: what nobody tells is unknown. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { MeasureName } from "../../../src/migration/model/observation.js";
import type { MigrationSpec } from "../../../src/migration/model/spec.js";
import type { Survey } from "../../../src/migration/plan/survey.js";
import { judgeSurvey } from "../../../src/migration/survey/survey-probe.js";
import { specFor, surveyFor } from "../specs.js";

const surveys = suite("gates on a survey");
const SPEC = specFor();
const SURVEY = surveyFor(SPEC);

function result(name: MeasureName, survey: Survey, spec: MigrationSpec = SPEC) {
  return judgeSurvey(spec, survey).find((one) => one.name === name)?.result.kind;
}

surveys("a master that does not answer leaves the versions unknown", () => {
  assert.is(result("versions-supported", SURVEY), "known");
  if (SURVEY.masters.a.kind === "unknown") throw new Error("masters are known");
  const [first, ...others] = SURVEY.masters.a.value;
  if (first === undefined) throw new Error("there are masters");
  const value = [{ ...first, up: false, version: null }, ...others];
  const dark = { ...SURVEY, masters: { ...SURVEY.masters, a: { kind: "known" as const, value } } };
  assert.is(result("versions-supported", dark), "unknown");
});

surveys("rights on B count where B is there already, and not before it is deployed", () => {
  const zookeeper = { ...SURVEY.zookeeper, b: { kind: "unknown" as const, reason: "no answer" } };
  const dark = { ...SURVEY, zookeeper };
  const withB = (resource: string | null): MigrationSpec => ({
    ...SPEC,
    target: { ...SPEC.target, zookeeper: { ...SPEC.target.zookeeper, resource } },
  });
  assert.is(result("rights-missing", dark, withB(null)), "unknown");
  assert.is(result("rights-missing", dark, withB("ZooKeeperEnsemble/b")), "known");
});

surveys.run();
