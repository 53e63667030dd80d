/** Nothing sensitive gets into a plan, its file or any rendering of it. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatPlanFile } from "../../src/plan/file.js";
import type { Plan } from "../../src/plan/plan.js";
import { planChanges } from "../../src/plan/planner.js";
import { renderJson } from "../../src/render/json.js";
import { renderMarkdown } from "../../src/render/markdown.js";
import { renderText } from "../../src/render/text.js";
import type { JsonObject } from "../../src/value/json.js";
import { ABSENT, inputOf, present, recordedToy, type Situation, toy } from "./toy.js";

const secrecy = suite("secrecy");

function outputs(plan: Plan): string[] {
  return [
    formatPlanFile(plan),
    renderJson(plan),
    renderMarkdown(plan),
    renderText(plan, { colour: false, width: 80 }),
    renderText(plan, { colour: true, width: 300 }),
  ];
}

/** Every form in which a text could show: as is, as in JSON, in base64. */
function forms(secret: string): string[] {
  return [secret, JSON.stringify(secret).slice(1, -1), Buffer.from(secret, "utf8").toString("base64")];
}

const secretText = fc.oneof(
  fc.stringMatching(/^S[0-9a-zA-Z]{9,20}$/),
  fc.string({ minLength: 6, maxLength: 20 }).map((text) => `S3cret${text}`),
  fc.string({ minLength: 3, maxLength: 9 }).map((text) => `line1-${text}\nline2-${text}`),
);

/** Places that are sensitive by rule, by schema (path of the resource), by being below such a place, or by reference. */
function situation(s: readonly string[], existing: boolean, changed: boolean): Situation {
  const at = (index: number): string => s[index] ?? "";
  const spec = (shift: number): JsonObject => ({
    hidden: { deep: [at(shift)] },
    items: [{ id: 1, pin: at(shift + 1), note: `uses ${at(shift + 1)} here` }],
    byPath: at(shift + 2),
    map: { [`key`]: at(shift + 2), [at(shift + 2)]: 1 },
    base64: Buffer.from(at(shift), "utf8").toString("base64"),
    text: `a\n${at(shift + 1)}\nb\n`,
  });
  const reference = { $expression: [{ address: "Toy/a", path: ["hidden"] }] };
  const joined = { $expression: ["x-", { address: "Toy/a", path: ["byPath"] }] };
  const whole = { $expression: [{ address: "Toy/a", path: ["items", "0"] }] };
  const resources = [
    toy("a", spec(0), { sensitivePaths: ["byPath"] }),
    toy("b", { seen: reference, joined, whole }, { dependsOn: ["Toy/a"] }),
    toy("c", { again: { $expression: [{ address: "Toy/b", path: ["joined"] }] } }, { dependsOn: ["Toy/b"] }),
  ];
  if (!existing) return { resources, live: { "Toy/a": ABSENT, "Toy/b": ABSENT, "Toy/c": ABSENT } };
  const old = spec(changed ? 3 : 0);
  return {
    resources: resources.slice(0, changed ? 3 : 2),
    records: [
      recordedToy("a", spec(3), { sensitivePaths: ["byPath"] }),
      recordedToy("c", { again: at(5) }, { sensitivePaths: ["again"] }),
    ],
    live: { "Toy/a": present(old), "Toy/b": ABSENT, "Toy/c": present({ again: at(4) }) },
  };
}

secrecy("holds for random secrets in every place", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(secretText, { minLength: 6, maxLength: 6 }),
      fc.boolean(),
      fc.boolean(),
      fc.constantFrom("apply" as const, "destroy" as const, "refresh-only" as const),
      (secrets, existing, changed, mode) => {
        const plan = planChanges(inputOf({ ...situation(secrets, existing, changed), mode }));
        for (const output of outputs(plan)) {
          for (const secret of secrets) {
            for (const form of forms(secret)) assert.not(output.includes(form), `${form} is in:\n${output}`);
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});

secrecy("a secret is shown by its reference, a rotated one as new content", () => {
  const secret = (fingerprint: string): JsonObject => ({
    password: { $secret: "env:PASSWORD", fingerprint },
  });
  const plan = planChanges(
    inputOf({
      resources: [toy("a", secret("fp2"))],
      records: [recordedToy("a", secret("fp1"))],
      live: { "Toy/a": present({}) },
    }),
  );
  const text = renderText(plan, { colour: false, width: 100 });
  assert.match(text, "(secret env:PASSWORD) → (secret env:PASSWORD, new content)");
});

secrecy("a live text where a secret is declared is not shown", () => {
  const plan = planChanges(
    inputOf({
      resources: [toy("a", { password: { $secret: "env:PASSWORD", fingerprint: "fp" } })],
      records: [recordedToy("a", {})],
      live: { "Toy/a": present({ password: "hunter2" }) },
    }),
  );
  for (const output of outputs(plan)) assert.not(output.includes("hunter2"));
});

secrecy.run();
