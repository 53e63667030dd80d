/** Label selectors of GET /v2/apps: `k`, `k==v`, `k!=v`, `k in (a,b)`, `k notin (a,b)`, with commas for "and". Pure. */
import { plainRefusal } from "../definition/refusal.js";

type Labels = Readonly<Record<string, string>>;

/** Throws a Refusal (422) for text of no such form. */
export function labelSelector(text: string): (labels: Labels) => boolean {
  const parts = text.split(/,(?![^(]*\))/).map((part) => condition(part.trim(), text));
  return (labels) => parts.every((part) => part(labels));
}

function condition(part: string, whole: string): (labels: Labels) => boolean {
  const set = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(part);
  if (set !== null) {
    const [, name = "", word, list = ""] = set;
    const values = list.split(",").map((value) => value.trim());
    const isIn = (labels: Labels) => labels[name] !== undefined && values.includes(labels[name] ?? "");
    return word === "in" ? isIn : (labels) => labels[name] !== undefined && !isIn(labels);
  }
  const compared = /^([^\s=!]+)\s*(==|!=)\s*(\S+)$/.exec(part);
  if (compared !== null) {
    const [, name = "", operator, value] = compared;
    return operator === "=="
      ? (labels) => labels[name] === value
      : (labels) => labels[name] !== undefined && labels[name] !== value;
  }
  if (/^[^\s=!()]+$/.test(part)) return (labels) => labels[part] !== undefined;
  throw plainRefusal(422, `Can not parse label selector ${whole}`);
}
