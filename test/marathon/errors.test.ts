/** Error answers of Marathon as one error type, from the example documents. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { errorOfAnswer, fieldPath, type MarathonError } from "../../src/marathon/marathon-error.js";
import type { Json } from "../../src/value/json.js";
import { example, objectIn } from "./examples.js";

const errors = suite("errors of Marathon");

function all(name: string): MarathonError[] {
  const list = example(name);
  const count = Array.isArray(list) ? list.length : 0;
  return Array.from({ length: count }, (_, at) => {
    const { status, body } = objectIn(list, at);
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return errorOfAnswer("PUT /v2/apps/shop/web", "http://m:8080", Number(status), text);
  });
}

function brief({ kind, status, problems, deployments }: MarathonError): Json {
  return { kind, status, problems: problems as unknown as Json, deployments: [...deployments] };
}

errors("tells a lock, an id in use and too many deployments apart", () => {
  assert.equal(all("15-errors-409-403").map(brief), [
    { kind: "locked", status: 409, problems: [], deployments: ["6b1f2c5e-3a0d-4a5e-9a37-0d1f6f7a1c01"] },
    { kind: "exists", status: 409, problems: [], deployments: [] },
    { kind: "exists", status: 409, problems: [], deployments: [] },
    { kind: "too-many-deployments", status: 403, problems: [], deployments: [] },
  ]);
});

errors("names fields as they are written in YAML, for both forms of 422", () => {
  const found = all("16-errors-422");
  assert.ok(found.every(({ kind, mayHaveHappened }) => kind === "invalid" && !mayHaveHappened));
  assert.equal(
    found.map(({ problems }) => problems.map(({ path }) => path)),
    [["id"], ["id"], [""], ["resourceLimits.mem"], [""], [""]],
  );
  assert.match(found[3]?.message ?? "", /resourceLimits\.mem: resource limit must be greater/);
  assert.is(fieldPath("/container/portMappings(2)/name"), "container.portMappings[2].name");
  assert.is(fieldPath("/constraints(0)"), "constraints[0]");
});

errors("reads texts, HTML pages and details that are a string", () => {
  const found = all("17-errors-400-401-404-500");
  assert.equal(
    found.map(({ kind }) => kind),
    [
      "invalid",
      "invalid",
      "invalid",
      "unauthorised",
      "not-found",
      "not-found",
      "not-found",
      "not-found",
      "server-error",
    ],
  );
  assert.match(found[0]?.message ?? "", /Invalid JSON \(<parser text, a string>\)/);
  const page = errorOfAnswer(
    "GET /v2/info",
    "http://m",
    401,
    "<html><body>  HTTP <b>401</b>\n</body></html>",
  );
  assert.match(page.message, /: HTTP 401 \(401\)$/);
});

errors("knows which failures may have been carried out", () => {
  const gateway = errorOfAnswer("POST /v2/apps", "http://m", 502, "Could not determine the current leader");
  assert.equal([gateway.kind, gateway.mayHaveHappened], ["no-leader", false]);
  const between = errorOfAnswer("POST /v2/apps", "http://m", 502, "<html>nginx: upstream closed</html>");
  assert.equal([between.kind, between.mayHaveHappened], ["unavailable", true]);
  assert.is(errorOfAnswer("POST /v2/apps", "http://m", 500, "{}").mayHaveHappened, true);
});

errors.run();
