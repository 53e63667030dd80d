/** User-provided text inside Markdown and HTML: nothing in it may become markup, a link or a mention. */
import { safeText } from "./values.js";

/** Everything that CommonMark, GitHub's and GitLab's extensions or HTML could read as more than text. */
const MARKUP = /[&<>"'`*_{}[\]()#+!|\\~@:$^=]/g;

/** Text for a line of Markdown, a table cell or an HTML element. */
export function escapeInline(text: string): string {
  return safeText(text).replace(MARKUP, (character) => `&#${character.charCodeAt(0)};`);
}

/** Text as inline code. */
export function inlineCode(text: string): string {
  return `<code>${escapeInline(text)}</code>`;
}

/** Lines in a fence that nothing in them can close. */
export function fenced(lines: readonly string[], language: string): string[] {
  let longest = 2;
  for (const line of lines) {
    for (const [run] of line.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  }
  const fence = "`".repeat(longest + 1);
  return [`${fence}${language}`, ...lines, fence];
}
