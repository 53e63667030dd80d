/**
 * Recorded requests and answers of a real Mesos, read from fixtures/mesos-recordings, and the comparison of an answer with one:
 * status, the headers that matter, and the body's shape. No socket.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { installRoot } from "../../../src/install/root.js";

const FOLDER = join(installRoot(), "test", "sandbox", "mesos", "fixtures", "mesos-recordings");

export interface HttpMessage {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Recording {
  /** `folder/file.http`. */
  readonly name: string;
  readonly request: HttpMessage;
  readonly answer: HttpAnswer;
}

export function recordingNames(folder: string): string[] {
  return readdirSync(join(FOLDER, folder))
    .filter((name) => name.endsWith(".http"))
    .sort()
    .map((name) => `${folder}/${name}`);
}

export function fixturePath(name: string): string {
  return join(FOLDER, name);
}

export function readRecording(name: string): Recording {
  const text = readFileSync(join(FOLDER, name), "utf8");
  const lines = text.split("\n");
  const asked: string[] = [];
  while (lines[0]?.startsWith("#")) asked.push((lines.shift() ?? "").replace(/^# ?/, ""));
  while (lines[0] === "") lines.shift();
  const [statusLine = "", ...rest] = lines;
  const blank = rest.indexOf("");
  return {
    name,
    request: readRequest(asked),
    answer: {
      status: Number(statusLine.split(" ")[1]),
      headers: readHeaders(rest.slice(0, blank)),
      body: rest.slice(blank + 1).join("\n"),
    },
  };
}

function readRequest(lines: readonly string[]): HttpMessage {
  const [first = "", ...rest] = lines;
  const [method = "", ...target] = first.replace(/ HTTP\/1\.1$/, "").split(" ");
  const blank = rest.indexOf("");
  const headers = readHeaders(blank < 0 ? rest : rest.slice(0, blank));
  return {
    method,
    target: target.join(" "),
    headers,
    body: blank < 0 ? "" : rest.slice(blank + 1).join("\n"),
  };
}

function readHeaders(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return headers;
}

/** Recorded texts to those of this run: addresses and ids. */
export type Substitutions = ReadonlyMap<string, string>;

export function substitute(text: string, by: Substitutions): string {
  let result = text;
  for (const [from, to] of by) result = result.replaceAll(from, to);
  return result;
}

/** Compared by value; of the others it matters only whether they are there. */
const COMPARED = ["content-type", "location", "www-authenticate", "allow", "transfer-encoding"];
const PRESENT = ["content-length", "mesos-stream-id"];

/** What differs, one line each; empty = conforms. */
export function differences(recorded: HttpAnswer, answer: HttpAnswer, by: Substitutions): string[] {
  const found: string[] = [];
  if (recorded.status !== answer.status) {
    found.push(
      `status: recorded ${recorded.status}, answered ${answer.status} (${answer.body.slice(0, 200)})`,
    );
  }
  for (const name of COMPARED) {
    const wanted = recorded.headers[name];
    const expected = wanted === undefined ? undefined : substitute(wanted, by);
    if (expected !== answer.headers[name]) {
      found.push(`${name}: recorded ${expected ?? "(none)"}, answered ${answer.headers[name] ?? "(none)"}`);
    }
  }
  for (const name of PRESENT) {
    const [wanted, given] = [name in recorded.headers, name in answer.headers];
    if (wanted !== given)
      found.push(`${name}: recorded ${wanted ? "" : "not "}there, answered ${given ? "" : "not "}there`);
  }
  if (recorded.status === answer.status)
    found.push(...textDifferences(substitute(recorded.body, by), answer.body));
  return found;
}

/** What differs in the shapes of two texts of JSON; other texts must be equal. */
export function textDifferences(recorded: string, answered: string): string[] {
  const [wanted, given] = [shapeOfText(recorded), shapeOfText(answered)];
  if (wanted === null || given === null) {
    return recorded.trim() === answered.trim() ? [] : [`body: recorded ${recorded}, answered ${answered}`];
  }
  return shapeDifferences(wanted, given, "body");
}

/** JSON with its leaves replaced by their kinds: string, boolean, null, int, double. Null: no JSON. */
type Shape = string | readonly Shape[] | { readonly [key: string]: Shape };

function shapeOfText(text: string): Shape | null {
  if (!/^\s*[[{]/.test(text)) return null;
  // JSON.parse forgets whether a number was written as a double, which Mesos' clients may depend on.
  const tagged = text.replace(
    /"(?:[^"\\]|\\.)*"|-?\d+(\.\d+)?([eE][+-]?\d+)?/g,
    (token, fraction, exponent) =>
      token.startsWith('"')
        ? token
        : fraction === undefined && exponent === undefined
          ? '"<int>"'
          : '"<double>"',
  );
  try {
    return shapeOf(JSON.parse(tagged));
  } catch {
    return null;
  }
}

function shapeOf(value: unknown): Shape {
  if (Array.isArray(value)) return distinct(value.map(shapeOf));
  if (typeof value !== "object" || value === null) {
    return value === "<int>" || value === "<double>" ? value : value === null ? "null" : typeof value;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shapeOf(item)]));
}

/** Elements of the same shape count once, and their order does not count. */
function distinct(shapes: readonly Shape[]): Shape[] {
  const byText = new Map(shapes.map((shape) => [canonical(shape), shape]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, shape]) => shape);
}

function canonical(shape: Shape): string {
  if (typeof shape === "string") return shape;
  if (Array.isArray(shape)) return `[${(shape as readonly Shape[]).map(canonical).join(",")}]`;
  const fields = Object.entries(shape).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, item]) => `${key}:${canonical(item)}`).join(",")}}`;
}

function shapeDifferences(wanted: Shape, given: Shape, path: string): string[] {
  if (canonical(wanted) === canonical(given)) return [];
  if (Array.isArray(wanted) && Array.isArray(given)) return arrayDifferences(wanted, given, path);
  if (isFields(wanted) && isFields(given)) return fieldDifferences(wanted, given, path);
  return [`${path}: recorded ${canonical(wanted).slice(0, 300)}, answered ${canonical(given).slice(0, 300)}`];
}

function isFields(shape: Shape): shape is { readonly [key: string]: Shape } {
  return typeof shape === "object" && !Array.isArray(shape);
}

function fieldDifferences(
  wanted: { readonly [key: string]: Shape },
  given: { readonly [key: string]: Shape },
  path: string,
): string[] {
  const found: string[] = [];
  for (const key of new Set([...Object.keys(wanted), ...Object.keys(given)])) {
    const [left, right] = [wanted[key], given[key]];
    if (left === undefined) found.push(`${path}.${key}: not recorded`);
    else if (right === undefined) found.push(`${path}.${key}: recorded, not answered`);
    else found.push(...shapeDifferences(left, right, `${path}.${key}`));
  }
  return found;
}

function arrayDifferences(wanted: readonly Shape[], given: readonly Shape[], path: string): string[] {
  const [left, right] = [new Set(wanted.map(canonical)), new Set(given.map(canonical))];
  const missing = wanted.filter((shape) => !right.has(canonical(shape)));
  const extra = given.filter((shape) => !left.has(canonical(shape)));
  const [one] = missing;
  const [other] = extra;
  if (one !== undefined && other !== undefined) return shapeDifferences(one, other, `${path}[]`);
  const what = one === undefined ? "an element that was not recorded" : "lacks a recorded element";
  return [`${path}: ${what}: ${canonical(one ?? other ?? "").slice(0, 400)}`];
}
