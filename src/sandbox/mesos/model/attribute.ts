/** Attributes of an agent: the grammar of `--attributes` and both JSON forms. Data in, data out. */
import { amountText, parseAmount } from "./resource-text.js";
import { double, type Wire, type WireObject } from "./wire.js";

export type Attribute =
  | { readonly name: string; readonly kind: "TEXT"; readonly text: string }
  | { readonly name: string; readonly kind: "SCALAR"; readonly value: number }
  | {
      readonly name: string;
      readonly kind: "RANGES";
      readonly ranges: readonly (readonly [number, number])[];
    };

/** `rack:r1;zone:z1;slots:4;p:[1-5]`. A sentence when a part has no colon. */
export function parseAttributes(text: string): Attribute[] | string {
  const found: Attribute[] = [];
  for (const token of text.split(/[;\n]/)) {
    if (token.trim() === "") continue;
    const colon = token.indexOf(":");
    if (colon < 1) return `Invalid attribute key:value pair '${token}'`;
    found.push(attributeOf(token.slice(0, colon).trim(), token.slice(colon + 1).trim()));
  }
  return found;
}

function attributeOf(name: string, value: string): Attribute {
  const amount = parseAmount(value);
  if (typeof amount === "string" || amount.kind === "SET") return { name, kind: "TEXT", text: value };
  if (amount.kind === "RANGES") return { name, kind: "RANGES", ranges: amount.ranges };
  return { name, kind: "SCALAR", value: amount.milli / 1000 };
}

/** The Attribute message. */
export function attributeWire(attribute: Attribute): WireObject {
  const { name } = attribute;
  switch (attribute.kind) {
    case "TEXT":
      return { name, type: "TEXT", text: { value: attribute.text } };
    case "SCALAR":
      return { name, type: "SCALAR", scalar: { value: double(attribute.value) } };
    case "RANGES":
      return {
        name,
        type: "RANGES",
        ranges: { range: attribute.ranges.map(([begin, end]) => ({ begin, end })) },
      };
  }
}

/** `{rack: "r1"}` of the legacy endpoints. */
export function attributesWire(attributes: readonly Attribute[]): WireObject {
  const wire: Record<string, Wire> = {};
  for (const attribute of attributes) wire[attribute.name] = legacyValue(attribute);
  return wire;
}

function legacyValue(attribute: Attribute): Wire {
  switch (attribute.kind) {
    case "TEXT":
      return attribute.text;
    case "SCALAR":
      return double(attribute.value);
    case "RANGES":
      return amountText({ kind: "RANGES", ranges: attribute.ranges });
  }
}
