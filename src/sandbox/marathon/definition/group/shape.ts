/** The shape of a group in requests. */
import { APP } from "../app/shape.js";
import { flag, lazily, listOf, numeric, record, required, type Shape, text } from "../shape.js";

const NESTED: Shape = lazily(() => record({ ...CONTENT, id: required(text()) }));

const CONTENT = {
  apps: listOf(APP),
  groups: listOf(NESTED),
  dependencies: listOf(text()),
  enforceRole: flag,
};

export const GROUP = record({
  ...CONTENT,
  id: text(),
  scaleBy: numeric({ min: 0 }),
  version: text(),
});
